import TestSequencer from '@jest/test-sequencer';

type Test = Parameters<TestSequencer['sort']>[0][number];

/**
 * The files that take the longest, first the longest. Jest begins with the longest files too, but in a fresh checkout it takes the
 * largest for the longest, and then the last minute belongs to one file that waits.
 */
const longest = [
  'support/many-failed',
  'sync/histories',
  'sync/members/side-by-side',
  'process/stopping',
  'support/probe',
  'queue/queue-refuses',
  'support/many',
  'sync/sweep/sweeps-without-queue',
  'support/replay',
  'project/dev',
  'admin/many-people',
  'sync/sweep/weak-answers',
  'queue/redis-demoted',
  'support/failed-pages',
  'admin/walk',
  'project/bench',
  'support/cli',
  'sync/members/leavers',
  'webhook/rate-limit',
  'webhook/fuzz-webhook',
  'monitoring/metrics',
  'sync/schedules/schedules',
  'sync/schedules/run-schedules',
  'http/fuzz-pages',
  'sync/members/heavy-people',
  'project/documents',
  'queue/redis-cluster',
  'sync/members/search-lag',
];

/** Jest's own order, with these files at its beginning. */
export default class LongestFirst extends TestSequencer {
  override sort(tests: Test[]): Test[] {
    const ordered = super.sort(tests) as Test[];
    return [...ordered].sort((a, b) => placeOf(a) - placeOf(b));
  }
}

function placeOf({ path }: Test): number {
  const place = longest.findIndex((name) => path.endsWith(`/${name}.test.js`));
  return place < 0 ? longest.length : place;
}
