import { type Database, readingDatabase } from '../database.js';
import { plan } from '../directory/plan.js';
import type { Reading } from '../directory/world.js';
import { viewWorld } from './load-world.js';

export type Comparison = {
  /** The users that are right already. */
  rightUserIds: string[];
  /** The readings that call for more than nothing. */
  differing: Reading[];
};

/**
 * Which readings would change anything? Plans without writing or locking a thing, so that a sweep of members who are
 * right costs the database a few reads a page. What differs is planned again, under locks, by whoever writes it.
 */
export async function compare(database: Database, readings: readonly Reading[]): Promise<Comparison> {
  const world = await readingDatabase(() => viewWorld(database, readings));
  const plans = plan(world, readings);
  const comparison: Comparison = { rightUserIds: [], differing: [] };
  for (const reading of readings) {
    const planned = plans.get(reading.member.memberId);
    const isRight = planned?.decision === 'write' && planned.changes.length === 0;
    if (!isRight) comparison.differing.push(reading);
    else if (planned.row.id !== null) comparison.rightUserIds.push(planned.row.id);
  }
  return comparison;
}
