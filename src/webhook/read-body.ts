import type { IncomingMessage } from 'node:http';

/** A request's raw bytes, or why they are not kept. Rejects when the sender breaks off. */
export type ReadBody = (request: IncomingMessage) => Promise<Buffer | 'too_large' | 'overloaded'>;

/** A sender that is told "too large" before it has finished often sees a broken connection instead; so hear it out, to a point. */
const patienceFactor = 16;

/**
 * Reads bodies of at most `oneMax` bytes, and of `allMax` together while they come in: who they are from is known only when
 * they are whole, and a crowd of senders that never end would fill the memory. A few lines of our own instead of express.raw,
 * which has no such limit and cost a third of the receiver's speed.
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
  let kept = 0;
  let refusal: 'too_large' | 'overloaded' | null = null;
  const letGo = () => {
    room.left += kept;
    kept = 0;
    chunks = [];
  };
  const keep = (chunk: Buffer) => {
    room.left -= chunk.length;
    kept += chunk.length;
    chunks.push(chunk);
  };
  return {
    letGo,
    /** Why the sender need not be heard out. */
    add: (chunk: Buffer) => {
      size += chunk.length;
      if (refusal === null && size > max) refusal = 'too_large';
      if (refusal === null && chunk.length > room.left) refusal = 'overloaded';
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
