import type { Readable } from 'node:stream';

/** A request's raw bytes, or why they are not kept. Rejects when the sender breaks off. */
export type ReadBody = (request: Readable) => Promise<Buffer | 'too_large' | 'overloaded'>;

/** A sender that is told "too large" before it has finished often sees a broken connection; so hear it out, to a point. */
const patienceFactor = 16;
/** What a chunk takes beside its bytes (measured: 1 KB); of single bytes a mebibyte would be a gibibyte. */
const chunkOverhead = 1024;
/** What Svix sends is a few kilobytes: it needs no room, so those who take it all up can't keep it out. */
const freeOfCharge = 16 * 1024;

/**
 * Reads bodies of at most `oneMax` bytes, and the large ones of `allMax` together while they come in: who they are from is
 * known only when they are whole, and a crowd of senders that never end would fill the memory. A few lines of our own instead
 * of express.raw, which has no such limit and makes more garbage.
 */
export function bodyReader({ oneMax, allMax }: { oneMax: number; allMax: number }): ReadBody {
  const room = { left: allMax };
  return (request) =>
    new Promise((resolve, reject) => {
      const body = collect(oneMax, room);
      request.on('data', (chunk: Buffer) => {
        const refusal = body.add(chunk);
        if (refusal !== null) resolve(refusal);
      });
      request.on('end', () => resolve(body.whole()));
      request.on('error', reject);
      request.on('close', () => {
        body.letGo();
        reject(new Error('The sender broke off.')); // after 'end' this changes nothing
      });
    });
}

/** One body, as far as it has come; what it keeps is taken from the room that all share, until it is let go. */
function collect(max: number, room: { left: number }) {
  let chunks: Buffer[] = [];
  let size = 0;
  let taken = 0;
  let cost = 0;
  let refusal: 'too_large' | 'overloaded' | null = null;
  const letGo = () => {
    room.left += taken;
    taken = 0;
    chunks = [];
  };
  /** What this body takes of the room, as it now is. */
  const due = () => Math.max(0, cost - freeOfCharge);
  const keep = (chunk: Buffer) => {
    room.left -= due() - taken;
    taken = due();
    chunks.push(chunk);
  };
  return {
    letGo,
    /** Why the sender need not be heard out. */
    add: (chunk: Buffer) => {
      size += chunk.length;
      cost += chunk.length + chunkOverhead;
      if (refusal === null && size > max) refusal = 'too_large';
      if (refusal === null && due() - taken > room.left) refusal = 'overloaded';
      if (refusal === null) keep(chunk);
      else letGo();
      return refusal === 'too_large' && size <= max * patienceFactor ? null : refusal;
    },
    whole: () => {
      const body = refusal ?? Buffer.concat(chunks, size);
      letGo();
      return body;
    },
  };
}
