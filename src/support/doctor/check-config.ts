import type { Config } from '../../config/config.js';
import { type Finding, ok, problem, warning } from './finding.js';

/** What the configuration says by itself. Pure; no secret's value is repeated. */
export function checkConfig(config: Config): Finding[] {
  return [...aboutProject(config), ...aboutOptional(config), ...aboutQueue(config)];
}

function aboutProject({ STYTCH_PROJECT_ID, STYTCH_SECRET, STYTCH_BASE_URL }: Config): Finding[] {
  const kind = kindOf(STYTCH_PROJECT_ID);
  const secretKind = kindOf(STYTCH_SECRET);
  if (secretKind !== null && kind !== secretKind) {
    const found = `STYTCH_PROJECT_ID is of a ${kind} project, STYTCH_SECRET of a ${secretKind} one`;
    return [problem('project', found, 'Take both from the same project in the Stytch dashboard.')];
  }
  if (STYTCH_BASE_URL === undefined) return [ok('project', `a ${kind} project`)];
  const host = new URL(STYTCH_BASE_URL).host;
  if (/(^|\.)stytch\.com$/.test(host)) return [ok('project', `a ${kind} project, at ${host}`)];
  return [
    warning('project', `STYTCH_BASE_URL points at ${host}`, 'Unset it, unless this is a test against an emulator.'),
  ];
}

/** Stytch's ids and secrets say `-test-` or `-live-`. */
function kindOf(text: string): 'test' | 'live' | null {
  const kind = /^(?:project|secret)-(test|live)\b/.exec(text)?.[1];
  return kind === 'test' || kind === 'live' ? kind : null;
}

function aboutOptional({ PUBLIC_URL, SUPPORT_ORGANIZATION_ID }: Config): Finding[] {
  const missing = [
    PUBLIC_URL === undefined ? 'PUBLIC_URL' : null,
    SUPPORT_ORGANIZATION_ID === undefined ? 'SUPPORT_ORGANIZATION_ID' : null,
  ].filter((name) => name !== null);
  if (missing.length === 0) return [ok('addresses', 'PUBLIC_URL and SUPPORT_ORGANIZATION_ID are set')];
  const next =
    'PUBLIC_URL: the address under which Stytch reaches us. SUPPORT_ORGANIZATION_ID: without it nobody may use /support.';
  return [warning('addresses', `not set: ${missing.join(', ')}`, next)];
}

function aboutQueue({ REDIS_URL }: Config): Finding[] {
  if (REDIS_URL !== undefined) return [];
  return [ok('queue home', 'the queue lies in PostgreSQL: a sixth of the speed of Redis, and nothing else to run')];
}
