import { connectProbe } from '../../stytch-probe.js';
import { doctor as examine } from '../doctor/doctor.js';
import type { Finding } from '../doctor/finding.js';
import { stytchOptions } from '../parts.js';
import type { Fact } from '../probe/ground.js';
import { probe } from '../probe/probe.js';
import { table } from '../table.js';
import type { Command, CommandInput } from './command.js';

/** Is this set-up as it should be? */
export const doctor: Command = {
  name: 'doctor',
  usage: '[--probe]',
  summary: 'Check a set-up, and say what to do about each finding.',
  help: `Credentials, project, webhook secrets (a signed non-event is sent to PUBLIC_URL), clocks, Redis policy and persistence,
migrations, workers and schedules, organizations without a team, teams without an organization, the budget of searches.
Changes nothing. Exit code 1 when there is a problem, 0 otherwise.

  --probe   then settle, on a Stytch *test* project, what its documentation leaves open: makes an organization with a SCIM
            connection, plays an identity provider in it, prints the facts, and deletes it again

Example:
  npm run support -- doctor`,
  options: { probe: { type: 'boolean' } },
  run: async (input) => {
    const findings = await examine(input.parts, input.config);
    const facts = input.flag('probe') ? await probed(input) : null;
    const json = facts === null ? { findings } : { findings, facts };
    const text = [findingsText(findings), ...(facts === null ? [] : ['', factsText(facts, input.width)])].join('\n');
    return { json, text, exit: findings.some(({ status }) => status === 'problem') ? 1 : 0 };
  },
};

const eventsWithinMs = 20_000;

async function probed({ parts, config, progress }: CommandInput): Promise<Fact[]> {
  const stytch = connectProbe(stytchOptions(config));
  const { STYTCH_PROJECT_ID: projectId } = config;
  return probe(stytch, { projectId, database: parts.database, eventsWithinMs, onStep: progress });
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

function factsText(facts: readonly Fact[], width: number): string {
  return table(
    ['WHAT THE DOCUMENTATION LEAVES OPEN', 'SEEN'],
    facts.map(({ question, answer }) => [question, answer]),
    width,
  );
}
