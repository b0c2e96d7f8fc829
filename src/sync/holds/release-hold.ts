import { type Database, databaseClock, withDatabaseErrors } from '../../database/database.js';
import type { Instant } from '../../directory/instant.js';
import { type DirectoryMember, type GoneMember, goneMember } from '../../directory/member.js';
import { TransientError } from '../../errors/errors.js';
import { type Converged, converge } from '../apply/converge.js';
import type { MembersRead, ReadMembers } from '../members/read-members.js';
import { type HoldAct, openHold, resolveHold } from './holds.js';

export type Released = {
  id: string;
  teamId: string;
  released: { userId: string; result: ReleaseResult }[];
  skipped: { userId: string; why: string }[];
};
type ReleaseResult = 'deactivated' | 'already right';

type Parts = { database: Database; readMembers: ReadMembers };

/** Users in memory at a time, from Stytch's answer to the transaction. */
const usersAtOnce = 500;

/**
 * Deactivates the users of a hold, by the same plan and apply as everything else. First it asks Stytch directly about each
 * one, and skips those who are active in the team's organization. The users come first, the hold last: if the process dies
 * in between, the hold is still open, and the next release finds the users already right.
 * @throws TransientError when Stytch does not answer; then nothing was done
 */
export async function releaseHeld(parts: Parts, id: string, act: HoldAct): Promise<Released> {
  const hold = await openHold(parts, id);
  const judged = await judgeAll(parts, hold.teamId, hold.userIds);
  const report: Released = { id: hold.id, teamId: hold.teamId, released: [], skipped: [] };
  for (const some of chunksOf(judged)) await deactivate(parts, some, report);
  const details = { released: report.released.length, skipped: report.skipped.length };
  // If another person resolves the hold at this moment, the users are deactivated all the same, and the report is true.
  await resolveHold(parts, hold.id, 'released', { ...act, details });
  return report;
}

export type ReleasePlan = {
  id: string;
  teamId: string;
  /** Users whom a release would deactivate, or who are deactivated already. */
  plan: { userId: string; result: 'would be deactivated' | 'already right' }[];
  skipped: { userId: string; why: string }[];
};

/** What a release would do now. Asks Stytch as a release does, and changes nothing. */
export async function previewRelease(parts: Parts, id: string): Promise<ReleasePlan> {
  const { id: holdId, teamId, userIds } = await openHold(parts, id);
  const report: ReleasePlan = { id: holdId, teamId, plan: [], skipped: [] };
  for (const { userId, verdict } of await judgeAll(parts, teamId, userIds)) {
    if ('why' in verdict) report.skipped.push({ userId, why: verdict.why });
    else report.plan.push({ userId, result: 'gone' in verdict ? 'would be deactivated' : 'already right' });
  }
  return report;
}

/** Each is a direct question to Stytch while a person waits. Ten show whether a listing was wrong. */
const askedAtOnce = 10;

/** What Stytch says now of some of the held users, chosen at random. Stytch's failure is an answer, too. */
export async function askAboutSome(parts: Parts, id: string): Promise<{ userId: string; says: string }[]> {
  const { teamId, userIds } = await openHold(parts, id);
  const some = sampleOf(userIds, askedAtOnce);
  try {
    const judged = await judgeAll(parts, teamId, some);
    return judged.map(({ userId, verdict }) => ({ userId, says: verdictText(verdict) }));
  } catch (error) {
    if (!(error instanceof TransientError)) throw error;
    return some.map((userId) => ({ userId, says: 'Stytch did not answer. Load the page again in a minute.' }));
  }
}

function sampleOf(all: readonly string[], size: number): string[] {
  const rest = [...all];
  const take = () => rest.splice(Math.floor(Math.random() * rest.length), 1);
  return Array.from({ length: Math.min(size, rest.length) }, take).flat();
}

const goneTexts: Record<GoneMember['because'], string> = {
  says_gone: 'Gone: Stytch says that the member is deleted or deactivated',
  not_found: 'Gone: Stytch does not know the member',
  other_organization: 'Gone from this team: the member belongs to another organization',
  signed_event: 'Gone',
};

function verdictText(verdict: Verdict): string {
  if ('gone' in verdict) return goneTexts[verdict.gone.because];
  return 'why' in verdict ? verdict.why : 'Deactivated in Scanner already';
}

function chunksOf<T>(all: readonly T[]): T[][] {
  const chunks = Math.ceil(all.length / usersAtOnce);
  return Array.from({ length: chunks }, (_, i) => all.slice(i * usersAtOnce, (i + 1) * usersAtOnce));
}

/** To be deactivated, or why nothing is to be done. */
type Verdict = { gone: GoneMember } | { why: string } | { result: ReleaseResult };
type Judged = { userId: string; verdict: Verdict; date: Instant };
type HeldUser = { userId: string; memberId: string | null; status: string };

async function judgeAll(parts: Parts, teamId: string, userIds: readonly string[]): Promise<Judged[]> {
  const team = await withDatabaseErrors(() => parts.database.team.findUnique({ where: { id: teamId } }));
  const about = { teamId, organizationId: team?.stytchOrganizationId ?? null };
  const judged: Judged[] = [];
  for (const some of chunksOf(userIds)) judged.push(...(await judge(parts, about, some)));
  return judged;
}

/** Members are asked for directly, without their organization: the index may be the reason why they are held. */
async function judge(
  { database, readMembers }: Parts,
  { teamId, organizationId }: { teamId: string; organizationId: string | null },
  userIds: string[],
): Promise<Judged[]> {
  const users = await usersOf(database, teamId, userIds);
  const wanted = [...users.values()].flatMap(({ memberId, status }) =>
    memberId === null || status !== 'active' ? [] : [{ memberId, organizationId: null }],
  );
  const date = await withDatabaseErrors(() => databaseClock(database));
  const answers = await readMembers(wanted);
  const failure = [...answers.values()].find((answer) => answer instanceof TransientError);
  if (failure instanceof TransientError) {
    throw new TransientError(`${failure.message} Nothing was released; try again.`);
  }
  return userIds.map((userId) => {
    const user = users.get(userId);
    return { userId, verdict: verdictOn(user, answers.get(user?.memberId ?? ''), organizationId), date };
  });
}

async function usersOf(database: Database, teamId: string, userIds: string[]): Promise<Map<string, HeldUser>> {
  const users = await withDatabaseErrors(
    () => database.$queryRaw<HeldUser[]>`
      SELECT id::text AS "userId", stytch_member_id AS "memberId", status FROM users
      WHERE team_id = ${teamId}::uuid AND id = ANY(${userIds}::uuid[])`,
  );
  return new Map(users.map((user) => [user.userId, user]));
}

function verdictOn(
  user: HeldUser | undefined,
  answer: ReturnType<MembersRead['get']>,
  organizationId: string | null,
): Verdict {
  if (user === undefined) return { why: 'the user is not in the team any more' };
  if (user.status !== 'active') return { result: 'already right' };
  if (user.memberId === null) return { why: 'the user has no Stytch member any more; remove the access in Scanner' };
  if (answer === undefined || answer instanceof Error) {
    return { why: `Stytch's answer can't be used: ${answer?.message ?? 'none came'}` };
  }
  const gone = goneFrom(organizationId, answer.member);
  return gone === null ? { why: 'Stytch, asked directly, says that the member is active' } : { gone };
}

/** A member who is active in another organization has left this team. */
function goneFrom(organizationId: string | null, member: DirectoryMember): GoneMember | null {
  if (member.presence === 'gone') return member;
  return member.organizationId === organizationId ? null : goneMember(member.memberId, 'other_organization');
}

async function deactivate({ database }: Parts, judged: readonly Judged[], report: Released): Promise<void> {
  const occasions = [{ trigger: 'sweep' as const }];
  const tasks = judged.flatMap(({ verdict, date }) =>
    'gone' in verdict ? [{ reading: { member: verdict.gone, date, isDirect: true }, occasions }] : [],
  );
  const settled = await converge({ database }, tasks, { stampUnchanged: true });
  for (const { userId, verdict } of judged) {
    const end = 'gone' in verdict ? endOf(settled.get(verdict.gone.memberId)) : verdict;
    if ('why' in end) report.skipped.push({ userId, why: end.why });
    else report.released.push({ userId, result: end.result });
  }
}

function endOf(result: Converged | Error | undefined): { why: string } | { result: ReleaseResult } {
  if (result instanceof Error) return { why: result.message };
  if (result === undefined || !('outcome' in result)) return { why: 'the member is another user by now; try `resync`' };
  if (result.outcome === 'superseded') return { why: 'the member was read again in between; try `resync`' };
  return { result: result.outcome === 'changed' ? 'deactivated' : 'already right' };
}
