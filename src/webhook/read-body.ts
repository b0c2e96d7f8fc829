import type { Readable } from 'node:stream';

/** A request's raw bytes, or why they are not kept. Rejects when the sender disconnects. */
export type ReadBody = (request: Readable) => Promise<Buffer | 'too_large' | 'overloaded'>;

/** A sender that is answered before it has finished often sees a broken connection. So up to this factor we read to the end. */
const readToEndFactor = 16;
/** Memory for a chunk besides its bytes (measured: 1 KB). A mebibyte sent byte by byte would take a gibibyte. */
const chunkOverhead = 1024;
/** Svix's bodies have a few kilobytes. They need no room, so a flood of large bodies can't block them. */
const freeBytes = 16 * 1024;

/**
 * Reads bodies of at most `oneMax` bytes. All large bodies that are being read have at most `allMax` bytes together, because a
 * body can be verified only when it is complete, and many slow senders would fill the memory. express.raw has no such limit,
 * and makes more garbage.
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
        body.release();
        reject(new Error('The sender disconnected.')); // no effect after 'end'
      });
    });
}

/** One body, as far as it was received. Until it is released, its bytes count against the shared room. */
function collect(max: number, room: { left: number }) {
  let chunks: Buffer[] = [];
  let size = 0;
  let taken = 0;
  let cost = 0;
  let refusal: 'too_large' | 'overloaded' | null = null;
  const release = () => {
    room.left += taken;
    taken = 0;
    chunks = [];
  };
  /** The room that this body needs now. */
  const needed = () => Math.max(0, cost - freeBytes);
  const keep = (chunk: Buffer) => {
    room.left -= needed() - taken;
    taken = needed();
    chunks.push(chunk);
  };
  return {
    release,
    /** Not null: stop reading, and answer with this. */
    add: (chunk: Buffer) => {
      size += chunk.length;
      cost += chunk.length + chunkOverhead;
      if (refusal === null && size > max) refusal = 'too_large';
      if (refusal === null && needed() - taken > room.left) refusal = 'overloaded';
      if (refusal === null) keep(chunk);
      else release();
      return refusal === 'too_large' && size <= max * readToEndFactor ? null : refusal;
    },
    whole: () => {
      const body = refusal ?? Buffer.concat(chunks, size);
      release();
      return body;
    },
  };
}
