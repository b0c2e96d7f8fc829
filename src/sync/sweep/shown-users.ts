import { createHash } from 'node:crypto';

/**
 * Remembers which users a listing showed, in 32 KB for ten members or a million: a checksum of the users in each of 4,096
 * buckets. If the database's checksum of a bucket differs, users of it are missing from the listing, and only that bucket is
 * read by id. A set of ids would grow with the team; marks in the rows would cost a write for each row.
 *
 * A missing user changes the checksum, which is a sum of hashes. Two sets have the same sum by chance once in 2^48.
 */
export type ShownUsers = {
  add(userId: string): void;
  /** The buckets with missing users. @param expected the database's checksum of each bucket */
  differing(expected: readonly BucketSum[]): string[];
};

export type BucketSum = { bucket: string; sum: number };

/** Of a user id's MD5, the first 3 hex digits are the bucket and the next 12 are summed. The SQL in sweep-absent.ts does the same. */
const bucketDigits = 3;
const sumDigits = 12;
/** 2^48, so that the sum of two values is exact in a double. */
const modulus = 2 ** (4 * sumDigits);

/** Has no users at first. */
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
