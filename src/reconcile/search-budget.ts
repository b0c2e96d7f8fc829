import { setTimeout as sleep } from 'node:timers/promises';
import { type Database, readingDatabase } from '../database.js';
import { RateLimited } from '../failures.js';
import type { StytchDirectory } from '../stytch.js';

/** Who searches: a leaver is never made to wait, hints wait little, second looks and sweeps take what is left. */
export type Urgency = 'leaver' | 'hint' | 'recheck' | 'sweep';

/**
 * How much of a minute's searches each may have used: at its beginning, and how much more until its end. Sweeps are
 * spread over the minute, so that what has not passed of it yet is there when hints come in a burst.
 */
const shares: Record<Urgency, { atOnce: number; spread: number }> = {
  leaver: { atOnce: 1, spread: 0 },
  hint: { atOnce: 0.5, spread: 0.45 },
  recheck: { atOnce: 0.25, spread: 0.65 },
  sweep: { atOnce: 0, spread: 0.9 },
};

/** A turn comes every 0.6 s at 100 a minute; asked for about twice as often, by one caller of each process. */
const askEveryMs = 300;

/**
 * The same directory, its searches counted against one budget of all processes: Stytch's limit is for the project, and
 * its minutes are the clock's. Kept in the database, because it is there on either kind of queue, and a hundred rows
 * touched a minute are nothing.
 */
export function withSearchBudget(
  stytch: StytchDirectory,
  database: Database,
  budget: { perMinute: number; urgency: Urgency },
): StytchDirectory {
  let line: Promise<unknown> = Promise.resolve();
  const inLine = (): Promise<void> => {
    const turn = line.then(() => waitForTurn(database, budget.perMinute, budget.urgency));
    line = turn.catch(() => {}); // whoever is next asks anew
    return turn;
  };
  return {
    getMember: stytch.getMember,
    searchMembers: async (search, options) => {
      await (budget.urgency === 'leaver' ? takeOrRefuse(database, budget.perMinute) : inLine());
      return stytch.searchMembers(search, options);
    },
  };
}

async function waitForTurn(database: Database, perMinute: number, urgency: Urgency): Promise<void> {
  while (!(await take(database, perMinute, urgency))) await sleep(askEveryMs * (0.5 + Math.random()));
}

/** A leaver's signed event is enough when Stytch can't be asked, so it does not wait for the next minute. */
async function takeOrRefuse(database: Database, perMinute: number): Promise<void> {
  if (!(await take(database, perMinute, 'leaver'))) throw new RateLimited("This minute's searches are used up.");
}

/** One statement, so any number of processes may take at once and none takes too much. */
async function take(database: Database, perMinute: number, urgency: Urgency): Promise<boolean> {
  const { atOnce, spread } = shares[urgency];
  const taken = await readingDatabase(
    () => database.$queryRaw<unknown[]>`
      INSERT INTO stytch_search_budget AS b (minute, used) VALUES (date_trunc('minute', clock_timestamp()), 1)
      ON CONFLICT (minute) DO UPDATE SET used = b.used + 1
        WHERE b.used < ceil(${perMinute}::float8 * (${atOnce}::float8
          + ${spread}::float8 * (extract(second FROM clock_timestamp()) + 1) / 60))
      RETURNING 1`,
  );
  return taken.length > 0;
}
