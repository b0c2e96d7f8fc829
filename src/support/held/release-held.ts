import type { ReasonedAct } from '../../database/audit.js';
import { type Database, databaseClock, withDatabaseErrors } from '../../database/database.js';
import type { Instant } from '../../directory/instant.js';
import { type DirectoryMember, type GoneMember, goneMember } from '../../directory/member.js';
import { TransientError } from '../../errors/errors.js';
import { type Converged, converge } from '../../sync/apply/converge.js';
import type { MembersRead } from '../../sync/members/read-members.js';
import type { SupportParts } from '../parts.js';
import { resolveHold } from './discard-held.js';
import { openHold } from './held.js';

export type Released = {
  id: string;
  teamId: string;
  released: { userId: string; result: 'deactivated' | 'already right' }[];
  skipped: { userId: string; why: string }[];
};

type Parts = Pick<SupportParts, 'database' | 'readMembers'>;

/** Of thousands so many are in hand at a time, from Stytch's answer to the transaction. */
const usersAtOnce = 500;

/**
 * Deactivates the users of a hold, by the same plan and apply as everything else, after asking Stytch directly about each:
 * whom it still calls active in the team's organization is left alone. The users first, the hold last: should this die in
 * between, the hold is still open, and released once more it finds them right already.
 * @throws TransientError when Stytch can't be asked; then nothing was done
 */
export async function releaseHeld(parts: Parts, id: string, act: ReasonedAct): Promise<Released> {
  const hold = await openHold(parts, id);
  const team = await withDatabaseErrors(() => parts.database.team.findUnique({ where: { id: hold.teamId } }));
  const about = { teamId: hold.teamId, organizationId: team?.stytchOrganizationId ?? null };
  const asked: Asked[] = [];
  for (const userIds of parted(hold.userIds)) asked.push(...(await askAbout(parts, about, userIds)));
  const report: Released = { id: hold.id, teamId: hold.teamId, released: [], skipped: [] };
  for (const some of parted(asked)) await deactivate(parts, some, report);
  const counts = { released: report.released.length, skipped: report.skipped.length };
  await resolveHold(parts, hold.id, 'released', act, counts); // by somebody else meanwhile: what was done stays true
  return report;
}

function parted<T>(all: readonly T[]): T[][] {
  const parts = Math.ceil(all.length / usersAtOnce);
  return Array.from({ length: parts }, (_, part) => all.slice(part * usersAtOnce, (part + 1) * usersAtOnce));
}

/** A user of the hold, and what Stytch says: gone, or why nothing is to be done. No more of it is kept. */
type Asked = { userId: string } & Verdict;
type Verdict = { gone: GoneMember; date: Instant } | { why: string } | { result: 'already right' };
type HeldUser = { userId: string; memberId: string | null; status: string };

/** Without an organization each is asked for directly: an index that lags, or misses them, is why they are held. */
async function askAbout(
  { database, readMembers }: Parts,
  { teamId, organizationId }: { teamId: string; organizationId: string | null },
  userIds: string[],
): Promise<Asked[]> {
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
    const verdict = verdictOn(user, answers.get(user?.memberId ?? ''), organizationId);
    return { userId, ...('gone' in verdict ? { ...verdict, date } : verdict) };
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
): { gone: GoneMember } | { why: string } | { result: 'already right' } {
  if (user === undefined) return { why: 'the user is not in the team any more' };
  if (user.status !== 'active') return { result: 'already right' };
  if (user.memberId === null) return { why: 'the user has no Stytch member any more; remove the access in Scanner' };
  if (answer === undefined || answer instanceof Error) {
    return { why: `Stytch's answer can't be used: ${answer?.message ?? 'none came'}` };
  }
  const gone = goneFrom(organizationId, answer.member);
  return gone === null ? { why: 'Stytch, asked directly, says that the member is active' } : { gone };
}

/** Who is active in another organization has left this team. */
function goneFrom(organizationId: string | null, member: DirectoryMember): GoneMember | null {
  if (member.presence === 'gone') return member;
  return member.organizationId === organizationId ? null : goneMember(member.memberId, 'other_organization');
}

async function deactivate({ database }: Parts, asked: readonly Asked[], report: Released): Promise<void> {
  const tasks = asked.flatMap((one) =>
    'gone' in one
      ? [
          {
            reading: { member: one.gone, date: one.date, isDirect: true },
            occasions: [{ trigger: 'sweep' as const }],
          },
        ]
      : [],
  );
  const settled = await converge({ database }, tasks, { stampUnchanged: true });
  for (const { userId, ...one } of asked) {
    const end = 'gone' in one ? endOf(settled.get(one.gone.memberId)) : one;
    if ('why' in end) report.skipped.push({ userId, why: end.why });
    else report.released.push({ userId, result: end.result });
  }
}

function endOf(result: Converged | Error | undefined): { why: string } | { result: 'deactivated' | 'already right' } {
  if (result instanceof Error) return { why: result.message };
  if (result === undefined || !('outcome' in result)) return { why: 'the member is another user by now; try `resync`' };
  if (result.outcome === 'superseded') return { why: 'the member was read again meanwhile; try `resync`' };
  return { result: result.outcome === 'changed' ? 'deactivated' : 'already right' };
}
