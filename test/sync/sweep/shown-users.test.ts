import { createHash, randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { createShownUsers } from '../../../src/sync/sweep/shown-users.js';

/** Ids of any version. In a table that was filled by hand they may differ in their last digits only. */
const anyIds = fc.oneof(
  fc.uniqueArray(fc.uuid(), { maxLength: 200 }),
  fc.uniqueArray(fc.nat(500), { maxLength: 200 }).map((numbers) => numbers.map(numbered)),
);

function numbered(n: number): string {
  return `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;
}

const md5 = (id: string) => createHash('md5').update(id).digest('hex');
const bucketOf = (id: string) => md5(id).slice(0, 3);

/** The checksums as the database computes them. */
function summed(userIds: readonly string[]) {
  const sums = new Map<string, bigint>();
  for (const id of userIds)
    sums.set(bucketOf(id), (sums.get(bucketOf(id)) ?? 0n) + BigInt(`0x${md5(id).slice(3, 15)}`));
  return [...sums].map(([bucket, sum]) => ({ bucket, sum: Number(sum % 2n ** 48n) }));
}

function shownOf(userIds: readonly string[]) {
  const shown = createShownUsers();
  for (const id of userIds) shown.add(id);
  return shown;
}

it('finds nothing if every user was shown', () => {
  fc.assert(fc.property(anyIds, (all) => expect(shownOf(all).differing(summed(all))).toEqual([])));
});

it('finds exactly the buckets of users that were not shown', () => {
  fc.assert(
    fc.property(anyIds, anyIds, (present, absent) => {
      const missing = absent.filter((id) => !present.includes(id));
      const buckets = shownOf(present).differing(summed([...present, ...missing]));
      expect([...buckets].sort()).toEqual([...new Set(missing.map(bucketOf))].sort());
    }),
  );
});

it('finds a missing user even if others were shown twice, or left after they were shown', () => {
  fc.assert(
    fc.property(anyIds, anyIds, anyIds, (present, former, absent) => {
      const missing = absent.filter((id) => !present.includes(id) && !former.includes(id));
      const shown = shownOf([...present, ...present.slice(0, 3), ...former]);
      const buckets = new Set(shown.differing(summed([...present.filter((id) => !former.includes(id)), ...missing])));
      expect(missing.filter((id) => !buckets.has(bucketOf(id)))).toEqual([]);
    }),
  );
});

it('reads few other users if one of a hundred thousand is missing', () => {
  const all = Array.from({ length: 100_000 }, () => randomUUID());
  const buckets = shownOf(all.slice(1)).differing(summed(all));
  expect(buckets).toEqual([bucketOf(all[0] ?? '')]);
  expect(all.filter((id) => buckets.includes(bucketOf(id))).length).toBeLessThan(100);
});
