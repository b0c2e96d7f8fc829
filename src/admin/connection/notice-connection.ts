import { type Database, withDatabaseErrors } from '../../database/database.js';
import type { StytchConnections } from '../../stytch/connections.js';
import { StytchRefusal } from '../../stytch/refusal.js';
import { loadConnectionRows, noticeChanges } from './rows.js';

/**
 * Takes note of a team's connection while no admin looks: Stytch has said that something about it changed. Safe at any
 * time and any number of times, for it compares. What Stytch does not know, an organization that is gone, is no news.
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
