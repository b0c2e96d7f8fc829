import { type Database, readingDatabase } from '../database.js';
import type { Hint } from '../directory/hint.js';
import { occasionOf } from './reconcile-hints.js';
import { type Outcome, recordEvents } from './record-events.js';
import type { Rereads } from './rereads.js';

export type RereadDependencies = {
  database: Database;
  rereads: Rereads;
  /** Compares the team's SCIM connection with what Scanner knows of it. */
  noticeConnection: (teamId: string) => Promise<void>;
};

/**
 * Handles a hint that names no single member (a group, a connection, an organization, something unknown): the members it
 * names, else its team, else every connected team is to be read again. The request is queued first and the hint recorded
 * after: dying in between only asks twice.
 */
export async function rereadForHint(
  { database, rereads, noticeConnection }: RereadDependencies,
  hint: Hint,
): Promise<Outcome> {
  const teamId = await readingDatabase(() => findTeam(database, hint));
  const outcome = hint.organizationId !== null && teamId === null ? 'unknown_team' : 'reread';
  if (outcome === 'reread') await requestReread(rereads, hint, teamId);
  if (teamId !== null && hint.connectionId !== undefined) await noticeConnection(teamId);
  const event = { ...occasionOf(hint), teamId, memberId: null, outcome, changes: [] } as const;
  await readingDatabase(() => recordEvents(database, [event]));
  return outcome;
}

async function requestReread(rereads: Rereads, hint: Hint, teamId: string | null): Promise<void> {
  const { memberIds, organizationId } = hint;
  if (memberIds.length > 0) {
    const occasion = { ...occasionOf(hint), trigger: 'recheck' as const };
    return rereads.members(
      memberIds.map((memberId) => ({ memberId, organizationId, occasion })),
      1,
    );
  }
  const occasion = { ...occasionOf(hint), trigger: 'sweep' as const };
  return teamId === null ? rereads.everyTeam(occasion) : rereads.team(teamId, occasion);
}

async function findTeam(database: Database, { organizationId, connectionId }: Hint): Promise<string | null> {
  if (organizationId === null && connectionId === undefined) return null;
  const team = await database.team.findFirst({
    where:
      organizationId === null
        ? { connections: { some: { id: connectionId ?? '' } } }
        : { stytchOrganizationId: organizationId },
    select: { id: true },
  });
  return team?.id ?? null;
}
