import type { Database } from '../../database/database.js';
import { withDatabaseErrors } from '../../database/database.js';

/** A worker that has not renewed its lease for this long counts as dead. */
const leaseSeconds = 45;
const renewEveryMs = 15_000;

/**
 * Sweeps the teams that no other worker is sweeping. The lease only avoids the Stytch calls of a second sweep. If it expires
 * while its worker lives, two sweeps run at the same time; the fence makes that harmless.
 * @param sweep gets the teams that are free, at least one
 * @returns the result of the sweep, or null if no team was free
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
    await setLeases(database, free, null).catch(() => {}); // otherwise they expire
  }
}

/** In the order of the ids, so that two workers can't deadlock. */
async function takeLeases(database: Database, teamIds: readonly string[]): Promise<string[]> {
  const taken = await database.$queryRaw<{ teamId: string }[]>`
    INSERT INTO team_syncs AS s (team_id, sweeping_until)
    SELECT id, clock_timestamp() + make_interval(secs => ${leaseSeconds})
    FROM teams WHERE id = ANY(${teamIds}::uuid[]) ORDER BY id
    ON CONFLICT (team_id) DO UPDATE SET sweeping_until = excluded.sweeping_until
      WHERE s.sweeping_until IS NULL OR s.sweeping_until < clock_timestamp()
        OR s.sweeping_until > clock_timestamp() + make_interval(secs => ${2 * leaseSeconds}) -- a clock was ahead
    RETURNING team_id::text AS "teamId"`;
  return taken.map(({ teamId }) => teamId);
}

async function setLeases(database: Database, teamIds: readonly string[], seconds: number | null): Promise<void> {
  await database.$executeRaw`
    UPDATE team_syncs SET sweeping_until = clock_timestamp() + make_interval(secs => ${seconds}::float8)
    WHERE team_id IN (SELECT team_id FROM team_syncs WHERE team_id = ANY(${teamIds}::uuid[]) ORDER BY team_id FOR UPDATE)`;
}
