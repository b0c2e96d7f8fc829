import type { Database } from '../database.js';
import { readingDatabase } from '../database.js';

/** How long a sweep is believed to go on after its worker was last heard of. */
const leaseSeconds = 45;
const renewEveryMs = 15_000;

/**
 * Runs a sweep of a team while nobody else runs one. The lease spares Stytch the calls of a second sweep, no more: should
 * it lapse while its worker still lives, two run side by side, which the fence makes harmless.
 * @returns the sweep's result, or null if another one is under way
 */
export async function withSweepLease<T>(
  database: Database,
  teamId: string,
  sweep: () => Promise<T>,
): Promise<T | null> {
  if (!(await readingDatabase(() => takeLease(database, teamId)))) return null;
  const renewal = setInterval(() => void renewLease(database, teamId).catch(() => {}), renewEveryMs);
  try {
    return await sweep();
  } finally {
    clearInterval(renewal);
    await endLease(database, teamId).catch(() => {}); // or it lapses
  }
}

async function takeLease(database: Database, teamId: string): Promise<boolean> {
  const taken = await database.$queryRaw<unknown[]>`
    INSERT INTO team_syncs AS s (team_id, sweeping_until)
    VALUES (${teamId}::uuid, clock_timestamp() + make_interval(secs => ${leaseSeconds}))
    ON CONFLICT (team_id) DO UPDATE SET sweeping_until = excluded.sweeping_until
      WHERE s.sweeping_until IS NULL OR s.sweeping_until < clock_timestamp()
    RETURNING 1`;
  return taken.length > 0;
}

async function renewLease(database: Database, teamId: string): Promise<void> {
  await database.$executeRaw`
    UPDATE team_syncs SET sweeping_until = clock_timestamp() + make_interval(secs => ${leaseSeconds})
    WHERE team_id = ${teamId}::uuid`;
}

async function endLease(database: Database, teamId: string): Promise<void> {
  await database.$executeRaw`UPDATE team_syncs SET sweeping_until = NULL WHERE team_id = ${teamId}::uuid`;
}
