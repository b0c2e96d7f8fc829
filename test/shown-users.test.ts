import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { createShownUsers } from '../src/reconcile/shown-users.js';

const ids = fc.uniqueArray(fc.uuid(), { maxLength: 200 });

/** As the database counts them. */
function counted(userIds: readonly string[]) {
  const counts = new Map<string, number>();
  for (const id of userIds) counts.set(id.slice(-3), (counts.get(id.slice(-3)) ?? 0) + 1);
  return [...counts].map(([bucket, users]) => ({ bucket, users }));
}

it('finds nothing when everybody was shown', () => {
  fc.assert(
    fc.property(ids, (all) => {
      const shown = createShownUsers();
      for (const id of all) shown.add(id);
      expect(shown.differing(counted(all))).toEqual([]);
    }),
  );
});

it('finds the bucket of everybody who was not', () => {
  fc.assert(
    fc.property(ids, ids, (present, absent) => {
      const missing = absent.filter((id) => !present.includes(id));
      const shown = createShownUsers();
      for (const id of present) shown.add(id);
      const buckets = shown.differing(counted([...present, ...missing]));
      expect([...buckets].sort()).toEqual([...new Set(missing.map((id) => id.slice(-3)))].sort());
    }),
  );
});

it('asks for few others when one of a hundred thousand is missing', () => {
  const all = Array.from({ length: 100_000 }, () => randomUUID());
  const shown = createShownUsers();
  for (const id of all.slice(1)) shown.add(id);
  const buckets = shown.differing(counted(all));
  expect(buckets).toEqual([all[0]?.slice(-3)]);
  expect(all.filter((id) => buckets.includes(id.slice(-3))).length).toBeLessThan(100);
});
