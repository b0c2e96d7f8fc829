import { type Database, sql } from '../../../src/database/database.js';
import type { Log } from '../../../src/log/log.js';
import { atInterval } from '../../../src/process/interval.js';
import { runSchedules } from '../../../src/sync/schedules/run-schedules.js';
import { silent } from '../../helpers/config.js';
import { createTestDatabase } from '../../helpers/database.js';
import { eventually } from '../../helpers/eventually.js';

/** In a database of its own: each test mostly waits for seconds to pass, so they run side by side. */
async function inDatabase(play: (database: Database) => Promise<void>): Promise<void> {
  const test = await createTestDatabase();
  try {
    await play(test.database);
  } finally {
    await test.drop();
  }
}

it.concurrent('a failing condition of one schedule stops no other', () =>
  inDatabase(async (database) => {
    const runs: string[] = [];
    const hasWork = sql.raw('EXISTS (SELECT FROM no_such_table)');
    const schedules = [
      { name: 'broken', everyMs: 1_000, hasWork, run: async () => void runs.push('broken') },
      { name: 'other', everyMs: 1_000, run: async () => void runs.push('other') },
    ];
    const worker = runSchedules(database, schedules, { log: silent });
    await eventually(() => runs.includes('broken') && runs.includes('other'));
    await worker.stop();
  }));

it.concurrent('runs in one of two workers at a time, beside a long one, and again after a failure', () =>
  inDatabase(async (database) => {
    const runs: string[] = [];
    const schedules = (worker: string) => [
      { name: 'short', everyMs: 1_000, run: async () => void runs.push(worker) },
      { name: 'long', everyMs: 1_000, run: () => new Promise<void>(() => {}) },
      { name: 'failing', everyMs: 1_000, run: () => Promise.reject(new Error('on purpose')) },
    ];
    const started = Date.now();
    const workers = ['a', 'b'].map((name) => runSchedules(database, schedules(name), { log: silent }));
    await eventually(() => runs.length >= 5, 60_000);
    expect(runs.length).toBeLessThanOrEqual(Math.ceil((Date.now() - started) / 1_000) + 1);
    const stopping = Promise.all(workers.map((worker) => worker.stop()));
    const before = runs.length;
    await stopping; // a long one is not waited for for ever
    expect(runs.length).toBe(before);
  }));

it.concurrent('logs a failure of the database in words, once it has failed three times in a row', () =>
  inDatabase(async (database) => {
    let runs = 0;
    const missing = async () => {
      runs += 1;
      await database.$executeRaw`DELETE FROM no_such_table`;
    };
    const logged: { runs: number; what: unknown; error: unknown }[] = [];
    const warn = ({ what, error }: { what?: unknown; error?: unknown }) => void logged.push({ runs, what, error });
    const worker = runSchedules(database, [{ name: 'often', everyMs: 0, run: missing }], {
      log: { ...silent, warn: warn as Log['warn'] },
    });
    await eventually(() => logged.length > 0);
    await worker.stop();
    const error = 'The Scanner database did not answer (42P01). It lacks a table or a column: run npm run migrate.';
    expect(logged).toEqual([{ runs: 3, what: 'often', error }]);
  }));

it.concurrent('runs again when the database is back', () =>
  inDatabase(async (database) => {
    let runs = 0;
    const work = { name: 'often', everyMs: 1_000, run: async () => void runs++ };
    const worker = runSchedules(database, [work], { log: silent });
    await eventually(() => runs > 0);
    await database.$executeRaw`ALTER TABLE scim.schedule_runs RENAME TO elsewhere`;
    await database.$executeRaw`ALTER VIEW public.schedule_runs RENAME TO elsewhere`; // of the version before
    const atFirst = runs;
    let ticks = 0;
    const clock = atInterval(1_000, async () => void ticks++);
    await eventually(() => ticks >= 3);
    await clock.stop();
    expect(runs - atFirst).toBeLessThanOrEqual(1);
    await database.$executeRaw`ALTER TABLE scim.elsewhere RENAME TO schedule_runs`;
    await eventually(() => runs > atFirst + 1);
    await worker.stop();
  }));
