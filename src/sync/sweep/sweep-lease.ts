import type { Database } from '../../database/database.js';
import { withDatabaseErrors } from '../../database/database.js';

/** How long a sweep is believed to go on after its worker was last heard of. */
const leaseSeconds = 45;
const renewEveryMs = 15_000;

/**
 * Runs a sweep of those of the teams that nobody else is sweeping. The lease spares Stytch the calls of a second sweep, no
 * more: should it lapse while its worker still lives, two run side by side, which the fence makes harmless.
 * @param sweep is given the teams that are free, at least one
 * @returns the sweep's result, or null if none was free
 */
export async function withSweepLease<T>(
  database: Database,
  teamIds: readonly string[],
  sweep: (free: ReadonlySet<string>) => Promise<T>,
): Promise<T | null> {
  const free = await withDatabaseErrors(() => takeLeases(database, teamIds));
  if (free.length === 0) return null;
  const renewal = setInterval(() => void setLeases(database, free, leaseSeconds).catch(() => {}), renewEveryMs);
  try {
    return await sweep(new Set(free));
  } finally {
    clearInterval(renewal);
    await setLeases(database, free, null).catch(() => {}); // or they lapse
  }
}

/** In the order of the ids, so that two who want the same teams don't wait for each other in a circle. */
async function takeLeases(database: Database, teamIds: readonly string[]): Promise<string[]> {
  const taken = await database.$queryRaw<{ teamId: string }[]>`
    INSERT INTO team_syncs AS s (team_id, sweeping_until)
    SELECT id, clock_timestamp() + make_interval(secs => ${leaseSeconds})
    FROM teams WHERE id = ANY(${teamIds}::uuid[]) ORDER BY id
    ON CONFLICT (team_id) DO UPDATE SET sweeping_until = excluded.sweeping_until
      WHERE s.sweeping_until IS NULL OR s.sweeping_until < clock_timestamp()
        OR s.sweeping_until > clock_timestamp() + make_interval(secs => ${2 * leaseSeconds}) -- by a clock that was ahead
    RETURNING team_id::text AS "teamId"`;
  return taken.map(({ teamId }) => teamId);
}

async function setLeases(database: Database, teamIds: readonly string[], seconds: number | null): Promise<void> {
  await database.$executeRaw`
    UPDATE team_syncs SET sweeping_until = clock_timestamp() + make_interval(secs => ${seconds}::float8)
    WHERE team_id IN (SELECT team_id FROM team_syncs WHERE team_id = ANY(${teamIds}::uuid[]) ORDER BY team_id FOR UPDATE)`;
}
