import { watchOutages } from '../../src/monitoring/outages.js';

function watched(awayAfterMs: number) {
  let now = 0;
  let backs = 0;
  const watch = watchOutages(
    () => backs++,
    awayAfterMs,
    () => now,
  );
  const pass = (ms: number) => {
    now += ms;
  };
  return { watch, pass, backs: () => backs };
}

it('does nothing while everything answers', () => {
  const { watch, backs } = watched(0);
  watch.succeeded();
  watch.succeeded();
  expect([backs(), watch.isAway()]).toEqual([0, false]);
});

it('reports the end of an outage once, after any number of failures', () => {
  const { watch, backs, pass } = watched(1000);
  watch.failed();
  expect(watch.isAway()).toBe(false);
  pass(1000);
  watch.failed();
  expect(watch.isAway()).toBe(true);
  watch.succeeded();
  watch.succeeded();
  expect([backs(), watch.isAway()]).toEqual([1, false]);
});

it('ignores a short failure', () => {
  const { watch, backs, pass } = watched(1000);
  watch.failed();
  pass(999);
  watch.succeeded();
  watch.failed();
  pass(999);
  watch.succeeded();
  expect(backs()).toBe(0);
});
