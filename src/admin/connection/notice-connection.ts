import { type Database, withDatabaseErrors } from '../../database/database.js';
import type { StytchConnections } from '../../stytch/connections.js';
import { StytchRefusal } from '../../stytch/translate-errors.js';
import { loadConnectionRows, noticeChanges } from './rows.js';

/**
 * Updates our row of a team's connection after an event about it. Safe at any time and any number of times, because it
 * compares. A refusal of Stytch (the organization was deleted) changes nothing.
 */
export async function noticeConnection(
  { database, stytch }: { database: Database; stytch: Pick<StytchConnections, 'get'> },
  teamId: string,
): Promise<void> {
  const team = await withDatabaseErrors(() => database.team.findUnique({ where: { id: teamId } }));
  if (!team?.stytchOrganizationId) return;
  const rows = await loadConnectionRows(database, teamId);
  try {
    const live = await stytch.get({ organizationId: team.stytchOrganizationId, sessionJwt: null });
    await noticeChanges(database, teamId, rows, live);
  } catch (error) {
    if (!(error instanceof StytchRefusal)) throw error;
  }
}
