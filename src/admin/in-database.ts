import { readingDatabase } from '../database.js';
import { Refusal } from '../web/refusal.js';

/** Work in the database: its own failures are told as the database being away; ours, and what we refuse, as they are. */
export async function inDatabase<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Refusal || isOurs(error)) throw error;
    return readingDatabase(() => Promise.reject(error));
  }
}

function isOurs(error: unknown): boolean {
  return error instanceof TypeError || error instanceof ReferenceError || error instanceof RangeError;
}
