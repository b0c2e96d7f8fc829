/**
 * Room for Stytch's answers in this process's memory, all lanes together, in bytes of JSON. What is made of an answer takes
 * some five times as much, and a worker has a heap of 160 MB (package.json).
 */
export type Memory = {
  /** Works when there is room for so much; who asked first has it first. The room is given back when the work has ended. */
  hold<Result>(bytes: number, work: (room: Room) => Promise<Result>): Promise<Result>;
  /** What a member of these organizations takes at most, as far as was seen. */
  bytesPerMember(organizationIds: Iterable<string | null>): number;
  /** Remembers what members of these organizations took. */
  learn(organizationIds: Iterable<string>, bytesPerMember: number): void;
};

/** What one answer, or several that are worked on together, may take. */
export type Room = {
  /** To be asked before so many more bytes are kept. False: there is no room for them now. */
  take(bytes: number): boolean;
  /** Of an answer that was given up. */
  giveBack(bytes: number): void;
};

/** Two megabytes are a thousand members as Stytch's documentation shows them: room for seven such pages. */
const totalBytesDefault = 14 * 1024 * 1024;
/** What is asked for at once, as far as is known, so that several lanes find room. */
const bytesAtOnce = 5 * 1024 * 1024;
/** Of a member of whom nothing is known: a member with a dozen groups. */
const bytesUnseen = 2 * 1024;
/** Organizations that are remembered: 200 bytes each. */
const organizationsMax = 10_000;

/** So many members of these organizations may be asked for at once. */
export function membersAtOnce(
  memory: Pick<Memory, 'bytesPerMember'>,
  organizationIds: Iterable<string | null>,
): number {
  return Math.max(1, Math.floor(bytesAtOnce / memory.bytesPerMember(organizationIds)));
}

/** What members take when so many of them are what may be asked for at once. */
export function bytesIfAtOnce(members: number): number {
  return bytesAtOnce / members;
}

/** @param totalBytes for tests: less room than a worker has */
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
        seen.delete(id); // so that it is the youngest
        seen.set(id, bytesPerMember);
      }
      for (const oldest of seen.keys()) {
        if (seen.size <= organizationsMax) break;
        seen.delete(oldest);
      }
    },
  };
}
