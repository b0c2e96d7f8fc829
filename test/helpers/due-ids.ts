import type { Database } from '../../src/database/database.js';
import { dueTeams } from '../../src/sync/sweep/due-teams.js';

/** The teams whose sweep is due, of all slots. */
export async function dueIds(database: Database, intervalSeconds: number): Promise<string[]> {
  return (await dueTeams(database, intervalSeconds)).flatMap(({ teamIds }) => teamIds);
}
