import { type Database, databaseClock, readingDatabase } from '../database.js';
import type { SweepDependencies } from './ask-again.js';
import type { Occasion } from './record-events.js';
import { sweepAbsent } from './sweep-absent.js';
import { withSweepLease } from './sweep-lease.js';
import { sweepListing } from './sweep-listing.js';

export type Sweep = { members: number; changed: number; held: number };

/**
 * Reads a whole team from Stytch, through the same plan and apply as hints, and settles those whom the listing did not
 * show. A worker that dies half-way leaves a team that is partly more right than before; the next sweep starts anew.
 * @returns null if another worker is sweeping the team
 */
export async function sweepTeam(deps: SweepDependencies, teamId: string, occasion: Occasion): Promise<Sweep | null> {
  const { database } = deps;
  const team = await readingDatabase(() => database.team.findUnique({ where: { id: teamId } }));
  const organizationId = team?.stytchOrganizationId ?? null;
  if (organizationId === null) return { members: 0, changed: 0, held: 0 };
  return withSweepLease(database, teamId, async () => {
    const started = await readingDatabase(() => databaseClock(database));
    const listing = await sweepListing(deps, organizationId, occasion);
    const absent = await sweepAbsent(deps, { teamId, organizationId, started }, listing, occasion);
    await readingDatabase(() => noteSwept(database, teamId, started, listing.members));
    return { members: listing.members, changed: listing.changed + absent.changed, held: absent.held };
  });
}

async function noteSwept(database: Database, teamId: string, started: string, members: number): Promise<void> {
  await database.$executeRaw`
    UPDATE team_syncs SET swept_at = ${started}::timestamptz, swept_members = ${members}
    WHERE team_id = ${teamId}::uuid AND (swept_at IS NULL OR swept_at < ${started}::timestamptz)`;
}
