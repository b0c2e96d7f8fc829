import { type Database, databaseClock, withDatabaseErrors } from '../../database/database.js';
import { pendingMigrations } from '../../database/migrations.js';
import { type Check, check, type Finding, ok, problem, warning } from './check.js';
import { type ClockOffset, type ClockReading, clockOffset, offsetFinding } from './check-clock.js';

/** The database: whether it answers, is up to date, has room, takes writes, and its clock. */
export function databaseChecks(database: Database, databaseUrl: string): Check[] {
  const next = 'Start PostgreSQL, or correct DATABASE_URL.';
  const after = 'database';
  const rights = 'Let our user read and write what npm run migrate makes.';
  return [
    check(after, { next }, () => withDatabaseErrors(() => readFacts(database)), databaseFindings),
    // After the facts, which open the connection that the clock is asked over.
    check(
      'clock of the database',
      { next, after },
      () => withDatabaseErrors(() => readClock(database)),
      (offset) => [databaseClockFinding(offset)],
    ),
    check(
      'migrations',
      { next: 'Run npm run migrate.', after },
      () => pendingMigrations(databaseUrl),
      migrationFindings,
    ),
    check(
      'database write',
      { next: rights, after },
      () => tryWrite(database),
      () => [ok('database write', 'a trial row was written and undone')],
    ),
  ];
}

export type DatabaseFacts = { version: string; isReplica: boolean; connections: number; connectionsMax: number };

const oldestVersion = 13;
/** Above this share a deployment, whose old and new processes run side by side, may find no connection left. */
const connectionsShareMax = 0.8;

async function readFacts(database: Database): Promise<DatabaseFacts> {
  const [facts] = await database.$queryRaw<[DatabaseFacts]>`
    SELECT current_setting('server_version') AS version, pg_is_in_recovery() AS "isReplica",
      (SELECT sum(numbackends)::int FROM pg_stat_database) AS connections,
      current_setting('max_connections')::int AS "connectionsMax"`;
  return facts;
}

/** Pure. */
export function databaseFindings({ version, isReplica, connections, connectionsMax }: DatabaseFacts): Finding[] {
  const used = `${connections} of ${connectionsMax} connections are in use`;
  return [
    Number.parseInt(version, 10) < oldestVersion
      ? problem('database', `PostgreSQL ${version}`, `Update it to ${oldestVersion} or newer.`)
      : isReplica
        ? problem('database', `PostgreSQL ${version}, a read-only replica`, 'Point DATABASE_URL at the primary.')
        : ok('database', `answers, PostgreSQL ${version}`),
    connections < connectionsMax * connectionsShareMax
      ? ok('database connections', used)
      : warning('database connections', used, 'Raise max_connections, or put a pooler before it.'),
  ];
}

/** Only comparisons with Stytch's and our own times notice a difference; the fence is the database's clock alone. */
const apartMaxMs = 2_000;
/** The fastest of these answers counts: a single one may have waited for something. */
const samples = 5;

async function readClock(database: Database): Promise<ClockOffset> {
  const readings: ClockReading[] = [];
  for (let i = 0; i < samples; i++) {
    const sentMs = Date.now();
    const theirsMs = Date.parse(await databaseClock(database));
    readings.push({ sentMs, receivedMs: Date.now(), theirsMs });
  }
  return clockOffset(readings);
}

/** Pure. */
export function databaseClockFinding(offset: ClockOffset): Finding {
  const next = 'Set both by NTP: lags, and the age of what was read, are wrong by as much.';
  return offsetFinding('clock of the database', "the database's", { ...offset, maxMs: apartMaxMs, next });
}

function migrationFindings(pending: readonly string[]): Finding[] {
  if (pending.length === 0) return [ok('migrations', 'all applied')];
  const next = 'Run npm run migrate, then restart the processes.';
  return [problem('migrations', `not applied: ${pending.join(', ')}`, next)];
}

/** A row that is never committed. Only a write shows that the disk, the rights and the server allow one. */
async function tryWrite(database: Database): Promise<void> {
  const undone = new Error('undone on purpose');
  const write = database.$transaction(async (transaction) => {
    await transaction.$executeRaw`INSERT INTO worker_reports (worker_id, metrics) VALUES (gen_random_uuid(), '{}')`;
    throw undone;
  });
  await withDatabaseErrors(() =>
    write.catch((error) => {
      if (error !== undone) throw error;
    }),
  );
}
