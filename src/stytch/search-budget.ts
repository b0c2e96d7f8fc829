import { setTimeout as sleep } from 'node:timers/promises';
import { type Database, withDatabaseErrors } from '../database/database.js';
import { RateLimited } from '../errors/errors.js';
import type { StytchDirectory } from './directory.js';

/** Leavers never wait. Hints wait little. Rechecks and sweeps use the rest. */
export type Urgency = 'leaver' | 'hint' | 'recheck' | 'sweep';

/**
 * The part of a minute's budget that may be used when this kind searches: `atOnce` at the start of the minute, and up to
 * `spread` more, linearly, until its end. So urgent searches always find some budget left, and a quiet minute saves budget
 * for a burst. Under steady load the turns are evenly spaced, and the hints that wait for a turn share its search. In the
 * last 12 s of a minute some 15 searches are left for rechecks and sweeps, however many hints there are. The last 8 % are
 * reserved for leavers.
 */
const shares: Record<Urgency, { atOnce: number; spread: number }> = {
  leaver: { atOnce: 1, spread: 0 },
  hint: { atOnce: 0.2, spread: 0.67 },
  recheck: { atOnce: 0.02, spread: 0.9 },
  sweep: { atOnce: 0, spread: 0.92 },
};

/** So that those who wait for the same turn do not all retry at once. */
const jitterMs = 50;

/** A directory whose searches wait for the budget. */
export type BudgetedDirectory = StytchDirectory & {
  /** Waits for the next search's turn before the search is made. Until then the caller can gather ids for it. */
  takeTurn(): Promise<void>;
};

/**
 * The same directory, with searches counted against one budget for all processes: Stytch limits the project, per clock
 * minute. The budget is in the database, because every installation has one. It costs a hundred row updates a minute.
 */
export function withSearchBudget(
  stytch: StytchDirectory,
  database: Database,
  budget: { perMinute: number; urgency: Urgency },
): BudgetedDirectory {
  let line: Promise<unknown> = Promise.resolve();
  let takenIn = 0; // the minute for which takeTurn took a turn; it is void in the next minute
  const inLine = (): Promise<void> => {
    const turn = line.then(() => waitForTurn(database, budget));
    line = turn.catch(() => {}); // the next in line tries for itself
    return turn;
  };
  const turn = async () => {
    if (budget.urgency === 'leaver') await takeOrRefuse(database, budget);
    else await inLine();
  };
  return {
    getMember: stytch.getMember,
    searchMembers: async (search, options) => {
      const isTaken = takenIn === minute();
      takenIn = 0;
      if (!isTaken) await turn();
      return stytch.searchMembers(search, options);
    },
    takeTurn: async () => {
      if (takenIn === minute()) return; // an earlier turn was not used
      await turn();
      takenIn = minute();
    },
  };
}

function minute(): number {
  return Math.floor(Date.now() / 60_000);
}

type Budget = { perMinute: number; urgency: Urgency };

async function waitForTurn(database: Database, budget: Budget): Promise<void> {
  for (;;) {
    const { taken, used, second } = await take(database, budget);
    if (taken) return;
    const waitSeconds = Math.min(secondOfTurn(budget, used), 60) - second;
    await sleep(Math.max(waitSeconds * 1000, 0) + jitterMs * (0.5 + Math.random()));
  }
}

/** The second of the minute from which one more search is allowed. */
function secondOfTurn({ perMinute, urgency }: Budget, used: number): number {
  const { atOnce, spread } = shares[urgency];
  return (60 * (used / perMinute - atOnce)) / spread - 1;
}

/** A leaver does not wait for the next minute: without an answer of Stytch the signed event is applied. */
async function takeOrRefuse(database: Database, budget: Budget): Promise<void> {
  if (!(await take(database, budget)).taken) throw new RateLimited("This minute's search budget is used up.");
}

type Take = { taken: boolean; used: number; second: number };

/** One atomic statement, so concurrent processes never exceed the budget. */
async function take(database: Database, { perMinute, urgency }: Budget): Promise<Take> {
  const { atOnce, spread } = shares[urgency];
  const [row] = await withDatabaseErrors(
    () => database.$queryRaw<[Take]>`
      WITH turn AS (
        INSERT INTO stytch_search_budget AS b (minute, used) VALUES (date_trunc('minute', clock_timestamp()), 1)
        ON CONFLICT (minute) DO UPDATE SET used = b.used + 1
          WHERE b.used < ceil(${perMinute}::float8 * (${atOnce}::float8
            + ${spread}::float8 * (extract(second FROM clock_timestamp()) + 1) / 60))
        RETURNING 1
      )
      SELECT EXISTS (SELECT FROM turn) AS taken, extract(second FROM clock_timestamp())::float8 AS second,
        coalesce((SELECT used FROM stytch_search_budget WHERE minute = date_trunc('minute', clock_timestamp())), 0) AS used`,
  );
  return row;
}
