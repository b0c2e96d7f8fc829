import { type Act, recordRead } from '../../database/audit.js';
import { withDatabaseErrors } from '../../database/database.js';
import { describeFailure } from '../../errors/errors.js';
import { RequestProblem } from '../../errors/request-problem.js';
import { failuresOf } from '../../replay/failures-of.js';
import { findTeam } from '../find-team.js';
import type { SupportParts } from '../parts.js';
import { diagnose, type Finding } from './diagnose.js';
import type { WhyFacts } from './facts.js';
import { findPeople } from './find-people.js';
import { readWhy } from './read-why.js';

/** A person with what is wrong, the worst first. */
export type Person = WhyFacts & { missing: Finding[] };
export type Why = {
  who: string;
  people: Person[];
  stytchProblem: string | null;
  /** The oldest failed jobs, when there are too many to look at. */
  failedJobsNotLookedAt: number;
};

type Parts = Pick<
  SupportParts,
  'database' | 'readMembers' | 'stytch' | 'queues' | 'lookups' | 'searchLagMs' | 'memory'
>;

/** `who`: e-mail, user id or member id. `reader`: whom read_log names. */
export type Question = { who: string; team?: string | null; reader: Act };

/**
 * Why somebody has access, or lacks it. Changes nothing, but the look at each person is in read_log.
 * @throws RequestProblem when neither Scanner nor Stytch knows them
 */
export async function why(parts: Parts, { who, team = null, reader }: Question): Promise<Why> {
  const within = team === null ? null : await findTeam(parts.database, team);
  const { people: found, stytchFailure } = await findPeople(parts, who, within);
  const stytchProblem =
    stytchFailure === null ? null : `Stytch could not be searched for the e-mail: ${describeFailure(stytchFailure)}`;
  if (found.length === 0) {
    const advice = 'Check the spelling with the customer: is the person assigned to Scanner in their IdP?';
    throw new RequestProblem('not_found', `Neither Scanner nor Stytch knows ${who}. ${stytchProblem ?? advice}`);
  }
  const targets = found.map(({ user, memberId }) => (user === null ? `member ${memberId}` : `user ${user.id}`));
  await withDatabaseErrors(() => recordRead(parts.database, reader, { action: 'why', targets }));
  const memberIds = found.map(({ memberId }) => memberId).filter((id) => id !== null);
  const failures = await failuresOf(parts, new Set(memberIds));
  const facts = await Promise.all(
    found.map((person) => readWhy(parts, person, failures.of.get(person.memberId ?? '') ?? [])),
  );
  const people = facts.map((one) => ({ ...one, missing: diagnose(one) }));
  return { who, people, stytchProblem, failedJobsNotLookedAt: failures.notLookedAt };
}

export const nothingMissing = 'Nothing is missing: Scanner shows what the directory says.';

/** A warning, when there are too many failed jobs to look at. Pure. */
export function notLookedAtText({ failedJobsNotLookedAt: jobs }: Why): string | null {
  return jobs === 0 ? null : `The oldest ${jobs} failed jobs were not looked at: there are too many.`;
}
