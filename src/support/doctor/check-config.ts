import type { Config } from '../../config/config.js';
import { type Finding, ok, problem, warning } from './check.js';

/** What the configuration says by itself. Pure; no secret's value is repeated. */
export function configFindings(config: Config): Finding[] {
  const inPostgres = 'the queue is in PostgreSQL: a sixth of the speed of Redis, and nothing else to run';
  return [projectFinding(config), addressFinding(config), ...(config.REDIS_URL ? [] : [ok('queue home', inPostgres)])];
}

function projectFinding({ STYTCH_PROJECT_ID, STYTCH_SECRET, STYTCH_BASE_URL }: Config): Finding {
  const kind = kindOf(STYTCH_PROJECT_ID);
  const secretKind = kindOf(STYTCH_SECRET);
  if (secretKind !== null && kind !== secretKind) {
    const found = `STYTCH_PROJECT_ID is of a ${kind} project, STYTCH_SECRET of a ${secretKind} one`;
    return problem('project', found, 'Take both from the same project in the Stytch dashboard.');
  }
  if (STYTCH_BASE_URL === undefined) return ok('project', `a ${kind} project`);
  const host = new URL(STYTCH_BASE_URL).host;
  if (/(^|\.)stytch\.com$/.test(host)) return ok('project', `a ${kind} project, at ${host}`);
  const next = 'Unset it, unless this is a test against an emulator.';
  return warning('project', `STYTCH_BASE_URL points at ${host}`, next);
}

/** Stytch's ids and secrets contain `-test-` or `-live-`. */
function kindOf(text: string): string | null {
  return /^(?:project|secret)-(test|live)\b/.exec(text)?.[1] ?? null;
}

function addressFinding(config: Config): Finding {
  const missing = (['PUBLIC_URL', 'SUPPORT_ORGANIZATION_ID'] as const).filter((name) => config[name] === undefined);
  if (missing.length === 0) return ok('addresses', 'PUBLIC_URL and SUPPORT_ORGANIZATION_ID are set');
  const next =
    'PUBLIC_URL: the address under which Stytch reaches us. SUPPORT_ORGANIZATION_ID: without it nobody may use /support.';
  return warning('addresses', `not set: ${missing.join(', ')}`, next);
}
