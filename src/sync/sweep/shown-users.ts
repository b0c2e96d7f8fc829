import { createHash } from 'node:crypto';

/**
 * Which users did a listing show, remembered in the same 32 KB for ten members or a million: a checksum of those in each of
 * 4,096 buckets. Where the database's checksum is another, somebody was left out, and only the few users of that bucket
 * have to be asked for. A set of ids would grow with the team; marks in the rows would be a write for each of them.
 *
 * Nobody can hide: whoever is left out changes the checksum, whatever else is in the bucket and whatever the ids are (a sum
 * of hashes; two sets have the same one by chance once in 2^48).
 */
export type ShownUsers = {
  add(userId: string): void;
  /** The buckets whose users were not all shown. @param expected the database's checksum of each bucket */
  differing(expected: readonly BucketSum[]): string[];
};

export type BucketSum = { bucket: string; sum: number };

/** The first 3 hex digits of a user id's MD5 are its bucket, the next 12 what is added up: the same in SQL (sweep-absent.ts). */
const bucketDigits = 3;
const sumDigits = 12;
/** 2^48: so that a sum of two is still exact in a double. */
const modulus = 2 ** (4 * sumDigits);

export function createShownUsers(): ShownUsers {
  const sums = new Float64Array(16 ** bucketDigits);
  return {
    add: (userId) => {
      const { index, value } = hashOf(userId);
      sums[index] = ((sums[index] ?? 0) + value) % modulus;
    },
    differing: (expected) =>
      expected.filter(({ bucket, sum }) => sums[Number.parseInt(bucket, 16)] !== sum).map(({ bucket }) => bucket),
  };
}

function hashOf(userId: string): { index: number; value: number } {
  const digest = createHash('md5').update(userId).digest('hex');
  return {
    index: Number.parseInt(digest.slice(0, bucketDigits), 16),
    value: Number.parseInt(digest.slice(bucketDigits, bucketDigits + sumDigits), 16),
  };
}
