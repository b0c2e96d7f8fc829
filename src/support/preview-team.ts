import { databaseClock, readingDatabase } from '../database.js';
import { type DirectoryMember, directoryMemberOf } from '../directory/member.js';
import { describeFailure, Hopeless } from '../failures.js';
import { converge } from '../reconcile/converge.js';
import type { SupportParts } from './parts.js';
import { type Planned, type PlannedChange, previewMembers } from './preview-members.js';

/**
 * What re-reading a whole team would change now, page by page, writing nothing. Users whom the listing does not show are
 * asked for one by one, as a sweep does.
 */
export async function previewTeam(
  parts: Pick<SupportParts, 'database' | 'readMembers' | 'stytch'>,
  teamId: string,
): Promise<Planned> {
  const { database } = parts;
  const team = await readingDatabase(() => database.team.findUnique({ where: { id: teamId } }));
  if (!team?.stytchOrganizationId) return { why: 'its team has no Stytch organization' };
  try {
    const { changes, seen } = await previewListing(parts, team.stytchOrganizationId);
    const users = await readingDatabase(() =>
      database.user.findMany({ where: { teamId, status: 'active', stytchMemberId: { not: null } } }),
    );
    const unseen = users.map(({ stytchMemberId }) => String(stytchMemberId)).filter((id) => !seen.has(id));
    const absent = await previewMembers(
      parts,
      unseen.map((memberId) => ({ memberId, organizationId: null })),
    );
    for (const planned of absent.values()) if ('changes' in planned) changes.push(...planned.changes);
    return { changes };
  } catch (error) {
    return { why: describeFailure(error) };
  }
}

async function previewListing(
  { database, stytch }: Pick<SupportParts, 'database' | 'stytch'>,
  organizationId: string,
): Promise<{ changes: PlannedChange[]; seen: Set<string> }> {
  const changes: PlannedChange[] = [];
  const seen = new Set<string>();
  let cursor: string | null = null;
  do {
    const fence = await readingDatabase(() => databaseClock(database));
    const search = { organizationIds: [organizationId], ...(cursor === null ? {} : { cursor }) };
    const page = await stytch.searchMembers(search);
    const members = page.members.map(understood).filter((member) => member !== null);
    const tasks = members.map((member) => ({ reading: { member, fence }, occasions: [] }));
    const planned = await converge(database, tasks, { stampUnchanged: false, dryRun: true });
    for (const [memberId, result] of planned) {
      seen.add(memberId);
      if ('changes' in result) changes.push(...result.changes.map((change) => ({ ...change, memberId })));
    }
    cursor = page.nextCursor;
  } while (cursor !== null);
  return { changes, seen };
}

function understood(member: unknown): DirectoryMember | null {
  try {
    return directoryMemberOf(member);
  } catch (error) {
    if (error instanceof Hopeless) return null; // asked for directly, where its own error is told
    throw error;
  }
}
