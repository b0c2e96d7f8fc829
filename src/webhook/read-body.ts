import type { IncomingMessage } from 'node:http';

/** A sender that is told "too large" before it has finished often sees a broken connection instead; so hear it out, to a point. */
const patienceFactor = 16;

/**
 * The request's raw bytes, or null if there are more than `maxBytes`. Ten lines of our own instead of express.raw, which
 * cost a third of the receiver's speed.
 * @throws when the sender breaks off
 */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer | null> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= maxBytes) chunks.push(chunk);
      else chunks.length = 0;
      if (size > maxBytes * patienceFactor) resolve(null);
    });
    request.on('end', () => resolve(size > maxBytes ? null : Buffer.concat(chunks, size)));
    request.on('error', reject);
    request.on('close', () => reject(new Error('The sender broke off.'))); // after 'end' this changes nothing
  });
}
