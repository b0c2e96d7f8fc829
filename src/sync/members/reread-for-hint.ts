import { type Database, withDatabaseErrors } from '../../database/database.js';
import type { Hint } from '../../directory/hint.js';
import type { Rereads } from '../../directory/rereads.js';
import type { Outcome } from '../../directory/sync-event.js';
import { recordEvents } from '../apply/record-events.js';
import { occasionOf } from './reconcile-hints.js';

export type RereadDependencies = {
  database: Database;
  rereads: Rereads;
  /** Compares the team's SCIM connection with Scanner's row. */
  noticeConnection: (teamId: string) => Promise<void>;
};

/**
 * Handles a hint that does not name a single member (a group, a connection, an organization, an unknown type). Queues a reread
 * of the members that it names, or else of its team, or else of every connected team. A list of a group's members does not
 * say who was removed, so the team is read as well. The reread is queued before the hint is recorded: a process that dies in
 * between only queues it twice.
 */
export async function rereadForHint(
  { database, rereads, noticeConnection }: RereadDependencies,
  hint: Hint,
): Promise<Outcome> {
  const teamId = await withDatabaseErrors(() => findTeam(database, hint));
  const outcome = hint.organizationId !== null && teamId === null ? 'unknown_team' : 'reread';
  if (outcome === 'reread') await requestReread(rereads, hint, teamId);
  if (teamId !== null && hint.connectionId !== undefined) await noticeConnection(teamId);
  const event = { ...occasionOf(hint), teamId, memberId: null, outcome, changes: [] } as const;
  await withDatabaseErrors(() => recordEvents(database, [event]));
  return outcome;
}

async function requestReread(rereads: Rereads, hint: Hint, teamId: string | null): Promise<void> {
  const { memberIds, organizationId, isList } = hint;
  const occasion = { ...occasionOf(hint), trigger: 'recheck' as const };
  if (memberIds.length > 0) {
    const rechecks = memberIds.map((memberId) => ({ memberId, organizationId, occasion }));
    await rereads.members(rechecks, { round: 1 });
    if (!isList) return;
  }
  const sweep = { ...occasion, trigger: 'sweep' as const };
  return teamId === null ? rereads.everyTeam(sweep) : rereads.team(teamId, sweep);
}

/** The team id, by the hint's organization or connection, or else by a member that has a user. */
async function findTeam(database: Database, hint: Hint): Promise<string | null> {
  const { organizationId, connectionId, memberIds } = hint;
  if (organizationId !== null) {
    const where = { stytchOrganizationId: organizationId };
    return (await database.team.findUnique({ where, select: { id: true } }))?.id ?? null;
  }
  if (connectionId !== undefined) {
    const where = { id: connectionId };
    return (await database.scimConnection.findUnique({ where, select: { teamId: true } }))?.teamId ?? null;
  }
  const user = await database.user.findFirst({
    where: { stytchMemberId: { in: memberIds } },
    select: { teamId: true },
  });
  return user?.teamId ?? null;
}
