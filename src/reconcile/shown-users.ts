/**
 * Which users did a listing show, remembered in the same 16 KB for ten members or a million: how many of them end in
 * each three hex digits of their (random) ids. Where the database counts otherwise, somebody was left out, and only the
 * few users of that bucket have to be asked for. A set of ids would grow with the team; marks in the rows would be
 * a write for each of them.
 */
export type ShownUsers = {
  add(userId: string): void;
  /** The buckets whose users were not all shown. @param counted the database's count of each bucket */
  differing(counted: readonly BucketCount[]): string[];
};

export type BucketCount = { bucket: string; users: number };

const digits = 3;

export function createShownUsers(): ShownUsers {
  const shown = new Uint32Array(16 ** digits);
  return {
    add: (userId) => {
      const index = Number.parseInt(bucketOf(userId), 16);
      shown[index] = (shown[index] ?? 0) + 1;
    },
    differing: (counted) =>
      counted.filter(({ bucket, users }) => shown[Number.parseInt(bucket, 16)] !== users).map(({ bucket }) => bucket),
  };
}

/** The last digits: random in every version of UUID that is (the first ones of version 7 are the time). */
function bucketOf(userId: string): string {
  return userId.slice(-digits);
}
