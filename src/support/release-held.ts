import { databaseClock, readingDatabase } from '../database.js';
import { type DirectoryMember, type GoneMember, goneMember } from '../directory/member.js';
import { Unavailable } from '../failures.js';
import { type ConvergeResult, converge } from '../reconcile/converge.js';
import type { Act } from './audit.js';
import { resolveHold } from './discard-held.js';
import { type OpenHold, openHold } from './held.js';
import type { SupportParts } from './parts.js';

export type Released = {
  id: string;
  teamId: string;
  released: { userId: string; result: 'deactivated' | 'already right' }[];
  skipped: { userId: string; why: string }[];
};

type Parts = Pick<SupportParts, 'database' | 'readMembers'>;

/**
 * Deactivates the users of a hold, by the same plan and apply as everything else, after asking Stytch directly about each:
 * whom it still calls active in the team's organization is left alone. The users first, the hold last: should this die in
 * between, the hold is still open, and released once more it finds them right already.
 * @throws Unavailable when Stytch can't be asked; then nothing was done
 */
export async function releaseHeld(parts: Parts, id: string, act: Act): Promise<Released> {
  const hold = await openHold(parts, id);
  const users = await usersOf(parts, hold);
  const date = await readingDatabase(() => databaseClock(parts.database));
  const answers = await askAbout(parts, users, await organizationOf(parts, hold));
  const gone = [...answers.values()].filter((answer) => !(answer instanceof Error) && answer.presence === 'gone');
  const tasks = gone.map((member) => {
    return {
      reading: { member: member as GoneMember, date, isDirect: true },
      occasions: [{ trigger: 'sweep' as const }],
    };
  });
  const settled = await converge(parts, tasks, { stampUnchanged: true });
  const report = reportOf(hold, users, answers, settled);
  const counts = { released: report.released.length, skipped: report.skipped.length };
  await resolveHold(parts, hold.id, 'released', act, counts); // by somebody else meanwhile: what was done stays true
  return report;
}

type HeldUser = { userId: string; memberId: string | null; status: string };
/** Member id -> what Stytch says of the member in the team's organization. */
type Answers = Map<string, DirectoryMember | Error>;

async function organizationOf({ database }: Parts, { teamId }: OpenHold): Promise<string | null> {
  const team = await readingDatabase(() => database.team.findUnique({ where: { id: teamId } }));
  return team?.stytchOrganizationId ?? null;
}

async function usersOf({ database }: Parts, { teamId, userIds }: OpenHold): Promise<HeldUser[]> {
  return readingDatabase(
    () => database.$queryRaw<HeldUser[]>`
      SELECT id::text AS "userId", stytch_member_id AS "memberId", status FROM users
      WHERE team_id = ${teamId}::uuid AND id = ANY(${userIds}::uuid[]) ORDER BY id`,
  );
}

/**
 * Without an organization each is asked for directly: an index that lags, or misses them, is why they are held. Who is
 * active in another organization has left this team.
 */
async function askAbout(
  { readMembers }: Parts,
  users: readonly HeldUser[],
  organizationId: string | null,
): Promise<Answers> {
  const memberIds = users.filter(({ status }) => status === 'active').map(({ memberId }) => memberId);
  const wanted = memberIds
    .filter((memberId) => memberId !== null)
    .map((memberId) => ({ memberId, organizationId: null }));
  const answers = await readMembers(wanted);
  const failure = [...answers.values()].find((answer) => answer instanceof Unavailable);
  if (failure instanceof Unavailable) {
    throw new Unavailable(`${failure.message} Nothing was released; try again.`);
  }
  return new Map(
    [...answers].map(([id, answer]) => [id, answer instanceof Error ? answer : inTeam(answer.member, organizationId)]),
  );
}

function inTeam(member: DirectoryMember, organizationId: string | null): DirectoryMember {
  const left = member.presence === 'active' && member.organizationId !== organizationId;
  return left ? goneMember(member.memberId, 'other_organization') : member;
}

function reportOf(hold: OpenHold, users: readonly HeldUser[], answers: Answers, settled: ConvergeResult): Released {
  const report: Released = { id: hold.id, teamId: hold.teamId, released: [], skipped: [] };
  for (const userId of hold.userIds) {
    const user = users.find((one) => one.userId === userId);
    const verdict = verdictOn(user, answers, settled);
    if ('why' in verdict) report.skipped.push({ userId, why: verdict.why });
    else report.released.push({ userId, result: verdict.result });
  }
  return report;
}

type Verdict = { why: string } | { result: 'deactivated' | 'already right' };

function verdictOn(user: HeldUser | undefined, answers: Answers, settled: ConvergeResult): Verdict {
  if (user === undefined) return { why: 'the user is not in the team any more' };
  if (user.status !== 'active') return { result: 'already right' };
  if (user.memberId === null) return { why: 'the user has no Stytch member any more; remove the access in Scanner' };
  const answer = answers.get(user.memberId);
  if (answer === undefined || answer instanceof Error) {
    return { why: `Stytch's answer can't be used: ${answer?.message ?? 'none came'}` };
  }
  if (answer.presence === 'active') return { why: 'Stytch, asked directly, says that the member is active' };
  const result = settled.get(user.memberId);
  if (result instanceof Error) return { why: result.message };
  if (result === undefined || !('outcome' in result)) return { why: 'the member is another user by now; try `resync`' };
  if (result.outcome === 'superseded') return { why: 'the member was read again meanwhile; try `resync`' };
  return { result: result.outcome === 'changed' ? 'deactivated' : 'already right' };
}
