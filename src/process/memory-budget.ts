/**
 * The memory of this process for Stytch's answers, shared by all its queues, in bytes of JSON. A parsed answer takes about
 * five times as much, and a worker has a heap of 160 MB (package.json).
 */
export type Memory = {
  /** Runs the work when there is room, in order of arrival. The room is freed when the work ends. */
  hold<Result>(bytes: number, work: (room: Room) => Promise<Result>): Promise<Result>;
  /** The largest size of a member seen in these organizations. */
  bytesPerMember(organizationIds: Iterable<string | null>): number;
  /** Remembers the size of these organizations' members. */
  learn(organizationIds: Iterable<string>, bytesPerMember: number): void;
};

/** The room for one answer, or for several that are processed together. */
export type Room = {
  /** Call it before keeping this many more bytes. False: there is no room now. */
  take(bytes: number): boolean;
  /** Frees the bytes of an answer that was dropped. */
  giveBack(bytes: number): void;
};

/** Two megabytes are a thousand members as Stytch's documentation shows them, so this is room for seven pages. */
const totalBytesDefault = 14 * 1024 * 1024;
/** The expected size of one request, so that several queues find room. */
const bytesAtOnce = 5 * 1024 * 1024;
/** The assumed size of a member before one was seen: a member with a dozen groups. */
const bytesUnseen = 2 * 1024;
/** Remembered organizations, 200 bytes each. */
const organizationsMax = 10_000;

/** How many members of these organizations one request may ask for. */
export function membersAtOnce(
  memory: Pick<Memory, 'bytesPerMember'>,
  organizationIds: Iterable<string | null>,
): number {
  return Math.max(1, Math.floor(bytesAtOnce / memory.bytesPerMember(organizationIds)));
}

/** The size of a member if one request holds this many. */
export function bytesIfAtOnce(members: number): number {
  return bytesAtOnce / members;
}

/** @param totalBytes tests use less than a worker has */
export function createMemory(totalBytes = totalBytesDefault): Memory {
  const waiting: { bytes: number; begin: () => void }[] = [];
  const seen = new Map<string, number>();
  let used = 0;
  const fits = (bytes: number) => used + bytes <= totalBytes;
  const beginWaiting = () => {
    for (let next = waiting[0]; next && fits(next.bytes); next = waiting[0]) {
      waiting.shift();
      used += next.bytes;
      next.begin();
    }
  };
  const enter = (bytes: number) =>
    new Promise<void>((begin) => {
      waiting.push({ bytes, begin });
      beginWaiting();
    });
  return {
    hold: async (estimate, work) => {
      let taken = Math.min(estimate, totalBytes);
      let kept = 0;
      await enter(taken);
      const take = (bytes: number) => {
        const more = Math.max(0, kept + bytes - taken);
        if (!fits(more)) return false;
        kept += bytes;
        taken += more;
        used += more;
        return true;
      };
      const giveBack = (bytes: number) => {
        kept -= bytes;
      };
      try {
        return await work({ take, giveBack });
      } finally {
        used -= taken;
        beginWaiting();
      }
    },
    bytesPerMember: (organizationIds) => {
      const known = [...organizationIds].map((id) => seen.get(id ?? '') ?? bytesUnseen);
      return Math.max(1, ...(known.length === 0 ? [bytesUnseen] : known));
    },
    learn: (organizationIds, bytesPerMember) => {
      for (const id of organizationIds) {
        seen.delete(id); // so that it becomes the newest
        seen.set(id, bytesPerMember);
      }
      for (const oldest of seen.keys()) {
        if (seen.size <= organizationsMax) break;
        seen.delete(oldest);
      }
    },
  };
}
