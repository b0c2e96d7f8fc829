import { allowedSearchLagMs } from '../../directory/search-lag.js';
import { connectProbe } from '../../stytch/probe.js';
import type { Finding } from '../doctor/check.js';
import { doctor as examine } from '../doctor/doctor.js';
import type { Fact } from '../doctor/probe/fact.js';
import { probe, refuseLiveProject } from '../doctor/probe/probe.js';
import { stytchOptions } from '../parts.js';
import type { Verb, VerbInput } from './verb.js';

/** Whether this set-up is right. */
export const doctor: Verb = {
  name: 'doctor',
  usage: '[--probe]',
  summary: 'Check a set-up, and say what to do about each finding.',
  help: `Credentials, project, the roles that may use Settings > SCIM and /support, webhook secrets (a signed event of no project is
sent to PUBLIC_URL), clocks, the database and Redis (with a trial write each, which is undone), migrations, workers and
schedules, organizations without a team, teams without an organization, the budget of searches. Changes nothing else. The
exit code is 1 when there is a problem.

  --probe          then measure, on a Stytch *test* project, what its documentation leaves open: makes an organization with
                   a SCIM connection, plays an identity provider in it, says what it saw and what that means, and deletes
                   the organization again, after Ctrl-C too. Takes a minute; four when search is very late

Example:
  npm run support -- doctor`,
  options: { probe: { type: 'boolean' } },
  run: async (input) => {
    if (input.flag('probe')) refuseLiveProject(input.config.STYTCH_PROJECT_ID);
    const findings = await examine(input.parts, input.config);
    const { facts, interrupted } = input.flag('probe') ? await probed(input) : { facts: null, interrupted: false };
    const json = facts === null ? { findings } : { findings, facts };
    const text = [findingsText(findings), ...(facts === null ? [] : ['', factsText(facts)])].join('\n');
    const hasProblem = [...findings, ...(facts ?? [])].some(({ status }) => status === 'problem');
    return { json, text, exit: hasProblem || interrupted ? 1 : 0 };
  },
};

const eventsWithinMs = 20_000;
const interruptions = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Ctrl-C ends it after it has cleaned up. A second one changes nothing (npm sends it twice): the cleaning up is bounded. */
async function probed({ parts, config, progress }: VerbInput): Promise<{ facts: Fact[]; interrupted: boolean }> {
  const controller = new AbortController();
  const { signal } = controller;
  const stop = () => controller.abort();
  for (const name of interruptions) process.on(name, stop);
  try {
    const options = {
      database: parts.database,
      eventsWithinMs,
      lagMaxMs: allowedSearchLagMs,
      onStep: progress,
      signal,
    };
    const facts = await probe(connectProbe(stytchOptions(config)), options);
    return { facts, interrupted: signal.aborted };
  } finally {
    for (const name of interruptions) process.off(name, stop);
  }
}

const marks: Record<Finding['status'], string> = { ok: '✓', warning: '!', problem: '✗', unknown: '?' };

function findingsText(findings: readonly Finding[]): string {
  const count = (status: Finding['status']) => findings.filter((one) => one.status === status).length;
  const lines = findings.map(({ check, status, found, next }) => lineOf(status, `${check}: ${found}`, next));
  return [...lines, `${count('problem')} problems, ${count('warning')} warnings.`].join('\n');
}

function factsText(facts: readonly Fact[]): string {
  const lines = facts.map(({ question, status, answer, meaning }) => lineOf(status, `${question}: ${answer}`, meaning));
  const unmeasured = facts.filter(({ status }) => status === 'unknown').length;
  const title = 'What the documentation leaves open, as this Stytch project does it';
  return [title, ...lines, `${unmeasured} not measured.`].join('\n');
}

function lineOf(status: Finding['status'], text: string, next: string | null): string {
  return `${marks[status]} ${text}${next === null ? '' : `\n    → ${next}`}`;
}
