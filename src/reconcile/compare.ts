import { type Database, readingDatabase } from '../database.js';
import { plan } from '../directory/plan.js';
import type { Reading } from '../directory/world.js';
import { viewWorld } from './load-world.js';

export type Comparison = {
  /** Member id -> user id, of the users that are right already. */
  right: Map<string, string>;
  /** The members whose readings call for more than nothing. */
  differing: Set<string>;
};

/**
 * Which readings would change anything? Plans without writing or locking a thing, so that a sweep of members who are
 * right costs the database a few reads a page. What differs is planned again, under locks, by whoever writes it.
 */
export async function compare(database: Database, readings: readonly Reading[]): Promise<Comparison> {
  const world = await readingDatabase(() => viewWorld(database, readings));
  const comparison: Comparison = { right: new Map(), differing: new Set() };
  for (const [memberId, planned] of plan(world, readings)) {
    const isRight = planned.decision === 'write' && planned.changes.length === 0;
    if (!isRight) comparison.differing.add(memberId);
    else if (planned.row.id !== null) comparison.right.set(memberId, planned.row.id);
  }
  return comparison;
}
