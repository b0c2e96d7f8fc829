import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Response } from 'express';
import { Refusal } from './refusal.js';

/** An export keeps a core busy for up to half a minute. People rarely need one. */
const exportsAtOnce = 3;
let running = 0;

/** Streams CSV: the first lines arrive at once, and a browser that disconnects ends the reading. */
export async function sendCsv(response: Response, name: string, parts: AsyncIterable<string>): Promise<void> {
  if (running >= exportsAtOnce) throw new Refusal('too_many_requests', tooManyExports);
  running += 1;
  try {
    response.type('text/csv').attachment(name);
    await pipeline(Readable.from(parts), response);
  } catch (error) {
    if (!response.destroyed) throw error;
  } finally {
    running -= 1;
  }
}

const tooManyExports = 'Too many exports are running now. Try again in a minute.';
