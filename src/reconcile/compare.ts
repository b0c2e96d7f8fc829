import { type Database, readingDatabase } from '../database.js';
import { plan } from '../directory/plan.js';
import type { Reading } from '../directory/world.js';
import { viewWorld } from './load-world.js';

export type Comparison = {
  /** Member id -> its active user, of those that are right already; null for one who is rightly not active. */
  right: Map<string, string | null>;
  /** The members whose readings call for more than nothing. */
  differing: Set<string>;
};

/**
 * Which readings of a sweep would change anything? Plans without writing or locking a thing, so that a sweep of members who
 * are right costs the database a few reads a page. What differs is planned again, under locks, by whoever writes it.
 */
export async function compare(database: Database, readings: readonly Reading[]): Promise<Comparison> {
  const world = await readingDatabase(() => viewWorld(database, readings));
  const datedAhead = new Set(world.users.filter(({ isDatedAhead }) => isDatedAhead).map(({ memberId }) => memberId));
  const comparison: Comparison = { right: new Map(), differing: new Set() };
  for (const [memberId, planned] of plan(world, readings, { searchTakes: 'never' })) {
    const isRight = planned.decision === 'write' && planned.changes.length === 0 && !datedAhead.has(memberId);
    if (isRight) comparison.right.set(memberId, planned.row.status === 'active' ? planned.row.id : null);
    else comparison.differing.add(memberId);
  }
  return comparison;
}
