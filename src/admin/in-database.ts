import { readingDatabase } from '../database.js';
import { Refusal } from '../web/refusal.js';

/** Work in the database: what we refuse ourselves passes as it is, the rest is told as the database being away. */
export async function inDatabase<T>(work: () => Promise<T>): Promise<T> {
  let refusal: Refusal | undefined;
  const worked = await readingDatabase(() =>
    work().catch((error) => {
      if (!(error instanceof Refusal)) throw error;
      refusal = error;
      return null as T;
    }),
  );
  if (refusal !== undefined) throw refusal;
  return worked;
}
