import { describeFailure } from '../../errors/errors.js';
import { RequestProblem } from '../../errors/request-problem.js';
import { failuresOf } from '../../replay/failures-of.js';
import { findTeam } from '../find-team.js';
import type { SupportParts } from '../parts.js';
import { diagnose, type Finding } from './diagnose.js';
import type { WhyFacts } from './facts.js';
import { findPeople } from './find-people.js';
import { readWhy } from './read-why.js';

/** Everybody who is meant, with what is missing and why. */
export type Why = {
  who: string;
  people: (WhyFacts & { missing: Finding[] })[];
  stytchProblem: string | null;
  /** Failed jobs, the oldest, of which it is not known whether they name one of these people. */
  failedJobsNotLookedAt: number;
};

type Parts = Pick<
  SupportParts,
  'database' | 'readMembers' | 'stytch' | 'queues' | 'lookups' | 'searchLagMs' | 'memory'
>;

/**
 * Why somebody has access, or lacks it. Changes nothing.
 * @param who e-mail, user id or member id
 * @throws RequestProblem when neither Scanner nor Stytch knows them
 */
export async function why(parts: Parts, who: string, team: string | null = null): Promise<Why> {
  const within = team === null ? null : await findTeam(parts.database, team);
  let stytchProblem: string | null = null;
  const found = await findPeople(parts, who, within, (error) => {
    stytchProblem = `Stytch could not be searched for the e-mail: ${describeFailure(error)}`;
  });
  if (found.length === 0) {
    const hint =
      stytchProblem ?? 'Check the spelling with the customer: is the person assigned to Scanner in their IdP?';
    throw new RequestProblem('not_found', `Neither Scanner nor Stytch knows ${who}. ${hint}`);
  }
  const memberIds = found.map(({ memberId }) => memberId).filter((id) => id !== null);
  const failures = await failuresOf(parts, new Set(memberIds));
  const facts = await Promise.all(
    found.map((person) => readWhy(parts, person, failures.of.get(person.memberId ?? '') ?? [])),
  );
  const people = facts.map((one) => ({ ...one, missing: diagnose(one) }));
  return { who, people, stytchProblem, failedJobsNotLookedAt: failures.notLookedAt };
}
