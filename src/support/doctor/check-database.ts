import { type Database, databaseClock, withDatabaseErrors } from '../../database/database.js';
import { pendingMigrations } from '../../database/migrations.js';
import { apartMs, type ClockOffset, type ClockReading, clockOffset, offsetText } from './clock-offset.js';
import { checked, type Finding, ok, problem, warning } from './finding.js';

/** The database: there, ours to write, up to date, with room, and its clock. */
export async function checkDatabase(database: Database, databaseUrl: string): Promise<Finding[]> {
  return checked('database', 'Start PostgreSQL, or correct DATABASE_URL.', async () => {
    const facts = await withDatabaseErrors(() => readFacts(database)); // opens the connection: the clock is asked over it
    const clock = await withDatabaseErrors(() => readClock(database));
    const migrations = await checked('migrations', 'Run npm run migrate.', () => checkMigrations(databaseUrl));
    const write = await checked('database write', 'Let our user read and write what npm run migrate makes.', () =>
      checkWrite(database),
    );
    return [...databaseFindings(facts), databaseClockFinding(clock), ...migrations, ...write];
  });
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

/** Only comparisons with Stytch's and our own times feel a difference; the fence is the database's clock alone. */
const apartMaxMs = 2_000;
/** The quickest of so many answers counts: one alone may have waited behind something. */
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
  const found = `the database's is ${offsetText(offset)}`;
  if (apartMs(offset) <= apartMaxMs) return ok('clock of the database', found);
  const next = 'Set both by NTP: lags, and the age of what was read, are wrong by as much.';
  return warning('clock of the database', found, next);
}

async function checkMigrations(databaseUrl: string): Promise<Finding[]> {
  const pending = await pendingMigrations(databaseUrl);
  if (pending.length === 0) return [ok('migrations', 'all applied')];
  return [
    problem('migrations', `not applied: ${pending.join(', ')}`, 'Run npm run migrate, then restart the processes.'),
  ];
}

/** A row that is never committed: only a write shows that the disk, the rights and the server allow one. */
async function checkWrite(database: Database): Promise<Finding[]> {
  const undone = new Error('undone on purpose');
  await withDatabaseErrors(() =>
    database
      .$transaction(async (transaction) => {
        await transaction.$executeRaw`INSERT INTO worker_reports (worker_id, metrics) VALUES (gen_random_uuid(), '{}')`;
        throw undone;
      })
      .catch((error) => {
        if (error !== undone) throw error;
      }),
  );
  return [ok('database write', 'a trial row was written and undone')];
}
