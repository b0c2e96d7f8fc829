import { withDatabaseErrors } from '../database/database.js';
import { Refusal } from '../http/refusal.js';

/** Work in the database: its own failures are told as the database being away; ours, and what we refuse, as they are. */
export async function inDatabase<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Refusal || isOurs(error)) throw error;
    return withDatabaseErrors(() => Promise.reject(error));
  }
}

function isOurs(error: unknown): boolean {
  return error instanceof TypeError || error instanceof ReferenceError || error instanceof RangeError;
}
