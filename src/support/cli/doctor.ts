import { allowedSearchLagMs } from '../../directory/search-lag.js';
import { connectProbe } from '../../stytch/probe.js';
import { doctor as examine } from '../doctor/doctor.js';
import type { Finding } from '../doctor/finding.js';
import type { Fact } from '../doctor/probe/fact.js';
import { probe, refuseLiveProject } from '../doctor/probe/probe.js';
import { stytchOptions } from '../parts.js';
import type { Command, CommandInput } from './command.js';
import { untilInterrupted } from './until-interrupted.js';

/** Is this set-up as it should be? */
export const doctor: Command = {
  name: 'doctor',
  usage: '[--probe]',
  summary: 'Check a set-up, and say what to do about each finding.',
  help: `Credentials, project, who may use Settings > SCIM and /support, webhook secrets (a signed non-event is sent to
PUBLIC_URL), clocks, the database and Redis (each by a trial write that is undone), migrations, workers and schedules,
organizations without a team, teams without an organization, the budget of searches. Changes nothing else. Exit code 1 when
there is a problem, 0 otherwise.

  --probe   then measure, on a Stytch *test* project, what its documentation leaves open: makes an organization with a SCIM
            connection, plays an identity provider in it, says what was seen and what that means, and deletes it again,
            after Ctrl-C too. Takes a minute; four, when search is very late

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

async function probed({ parts, config, progress }: CommandInput): Promise<{ facts: Fact[]; interrupted: boolean }> {
  const stytch = connectProbe(stytchOptions(config));
  const options = { database: parts.database, eventsWithinMs, lagMaxMs: allowedSearchLagMs, onStep: progress };
  return untilInterrupted(async (signal) => {
    const facts = await probe(stytch, { ...options, signal });
    return { facts, interrupted: signal.aborted };
  });
}

const marks: Record<Finding['status'], string> = { ok: '✓', warning: '!', problem: '✗', unknown: '?' };

function findingsText(findings: readonly Finding[]): string {
  const lines = findings.flatMap(({ check, status, found, next }) => [
    `${marks[status]} ${check}: ${found}`,
    ...(next === null ? [] : [`    → ${next}`]),
  ]);
  const count = (status: Finding['status']) => findings.filter((one) => one.status === status).length;
  return [...lines, `${count('problem')} problems, ${count('warning')} warnings.`].join('\n');
}

function factsText(facts: readonly Fact[]): string {
  const lines = facts.flatMap(({ question, status, answer, meaning }) => [
    `${marks[status]} ${question}: ${answer}`,
    `    → ${meaning}`,
  ]);
  const unmeasured = facts.filter(({ status }) => status === 'unknown').length;
  return [
    'What the documentation leaves open, as this Stytch project does it',
    ...lines,
    `${unmeasured} not measured.`,
  ].join('\n');
}
