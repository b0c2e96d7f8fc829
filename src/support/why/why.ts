import { type Act, recordRead } from '../../database/audit.js';
import { withDatabaseErrors } from '../../database/database.js';
import { describeFailure } from '../../errors/errors.js';
import { RequestProblem } from '../../errors/request-problem.js';
import { failuresOf } from '../../replay/failures-of.js';
import { findTeam } from '../find-team.js';
import type { SupportParts } from '../parts.js';
import { diagnose, type Finding } from './diagnose.js';
import { switchedOffText, type WhyFacts } from './facts.js';
import { type FoundPerson, findMember, findPeople, findPeopleLike } from './find-people.js';
import { readWhy } from './read-why.js';

/** A person with what is wrong and what is worth knowing, the worst first. */
export type Person = WhyFacts & { missing: Finding[]; switchedOff: string | null };
export type Why = {
  who: string;
  people: Person[];
  /** When several people match a part of a name or an e-mail: who they are. Then `people` is empty. */
  matches: Match[];
  matchesAreMore: boolean;
  stytchProblem: string | null;
  /** The oldest failed jobs, when there are too many to look at. */
  failedJobsNotLookedAt: number;
};

/** A person in a list. `id`: what to ask for, to see all. */
export type Match = {
  id: string;
  name: string;
  email: string;
  status: 'active' | 'deactivated' | 'only in Stytch';
  memberId: string | null;
  team: { id: string; name: string } | null;
};

type Parts = Pick<
  SupportParts,
  'database' | 'readMembers' | 'stytch' | 'queues' | 'lookups' | 'searchLagMs' | 'memory'
>;

/**
 * `who`: e-mail, user id, member id or external id; or a part of a name or an e-mail. `reader`: whom read_log names.
 * `listsSeveral`: several people with one e-mail are a list, too.
 */
export type Question = { who: string; team?: string | null; reader: Act; listsSeveral?: boolean };

/**
 * Why somebody has access, or lacks it. Changes nothing, but the look at each person is in read_log.
 * @throws RequestProblem when neither Scanner nor Stytch knows them
 */
export async function why(parts: Parts, { who, team = null, reader, listsSeveral = false }: Question): Promise<Why> {
  const found = await find(parts, who, team);
  await recordLooks(parts, reader, found);
  const answer = listOf(who, found);
  if (found.people.length > 1 && (listsSeveral || !found.isExact)) return answer;
  const memberIds = found.people.map(({ memberId }) => memberId).filter((id) => id !== null);
  const failures = await failuresOf(parts, new Set(memberIds));
  const facts = await Promise.all(
    found.people.map((person) => readWhy(parts, person, failures.of.get(person.memberId ?? '') ?? [])),
  );
  const people = facts.map((one) => ({ ...one, missing: diagnose(one), switchedOff: switchedOffText(one) }));
  return { ...answer, people, matches: [], failedJobsNotLookedAt: failures.notLookedAt };
}

/** Only who matches. If that is one person, nobody has looked at them yet. @throws as why */
export async function whoMatches(parts: Parts, { who, team = null, reader }: Question): Promise<Why> {
  const found = await find(parts, who, team);
  if (found.people.length > 1) await recordLooks(parts, reader, found);
  return listOf(who, found);
}

function listOf(who: string, { people, more, stytchProblem }: Found): Why {
  return {
    ...{ who, people: [], matches: people.map(matchOf), matchesAreMore: more, stytchProblem },
    failedJobsNotLookedAt: 0,
  };
}

async function recordLooks({ database }: Parts, reader: Act, { people }: Found): Promise<void> {
  const targets = people.map(({ user, memberId }) => (user === null ? `member ${memberId}` : `user ${user.id}`));
  await withDatabaseErrors(() => recordRead(database, reader, { action: 'why', targets }));
}

type Found = { people: FoundPerson[]; more: boolean; isExact: boolean; stytchProblem: string | null };

/** Who has exactly this e-mail or id; else whom only Stytch knows; else who has it in the name or the e-mail. */
async function find(parts: Parts, who: string, within: string | null): Promise<Found> {
  const team = within === null ? null : await findTeam(parts.database, within);
  const { people, stytchFailure } = await findPeople(parts, who, team);
  const stytchProblem =
    stytchFailure === null ? null : `Stytch could not be searched for the e-mail: ${describeFailure(stytchFailure)}`;
  if (people.length > 0) return { people, more: false, isExact: true, stytchProblem };
  const member = /^member-[\w-]+$/.test(who) ? await findMember(parts, who) : null;
  if (member !== null && (team === null || member.organizationId === team.organizationId))
    return { people: [member], more: false, isExact: true, stytchProblem };
  const like = await findPeopleLike(parts, who, team);
  if (like.people.length > 0) return { ...like, isExact: false, stytchProblem };
  const advice = 'Check the spelling with the customer: is the person assigned to Scanner in their IdP?';
  throw new RequestProblem('not_found', `Neither Scanner nor Stytch knows ${who}. ${stytchProblem ?? advice}`);
}

function matchOf({ user, memberId, team }: FoundPerson): Match {
  return {
    id: user?.id ?? memberId ?? '',
    name: user?.name ?? '',
    email: user?.email ?? '',
    status: user?.status ?? 'only in Stytch',
    memberId,
    team: team === null ? null : { id: team.id, name: team.name },
  };
}

/** Whether something is wrong, apart from what is only worth knowing. Pure. */
export function findingsOf({ missing }: Person): { wrong: Finding[]; notes: Finding[] } {
  const of = (kind: Finding['kind']) => missing.filter((finding) => finding.kind === kind);
  return { wrong: of('wrong'), notes: of('note') };
}

export const nothingMissing = 'Nothing is missing: Scanner shows what the directory says.';

/** A warning, when there are too many failed jobs to look at. Pure. */
export function notLookedAtText({ failedJobsNotLookedAt: jobs }: Why): string | null {
  return jobs === 0 ? null : `The oldest ${jobs} failed jobs were not looked at: there are too many.`;
}
