import { type Database, databaseClock, readingDatabase } from '../../database.js';
import { pendingMigrations } from '../../migrations.js';
import type { RedisSettings } from '../../queue/redis.js';
import type { SupportParts } from '../parts.js';
import { checked, type Finding, ok, problem, warning } from './finding.js';

/** The database and the queue: there, up to date, safe. */
export async function checkStores(
  { database, queues }: Pick<SupportParts, 'database' | 'queues'>,
  databaseUrl: string,
): Promise<Finding[]> {
  const findings = await Promise.all([
    checked('database', 'Start PostgreSQL, or correct DATABASE_URL.', () => checkDatabase(database)),
    checked('migrations', 'Run npm run migrate.', () => checkMigrations(databaseUrl)),
    checked('queue', 'Start Redis, or correct REDIS_URL.', async () => {
      await queues.counts();
      const settings = await queues.redisSettings();
      return settings === null ? [ok('queue', 'answers')] : redisFindings(settings);
    }),
  ]);
  return findings.flat();
}

const oldestVersion = 13;
/** The fence is the database's clock; only comparisons with Stytch's times feel a difference. */
const skewMaxMs = 2_000;

async function checkDatabase(database: Database): Promise<Finding[]> {
  const before = Date.now();
  const now = Date.parse(await readingDatabase(() => databaseClock(database)));
  const skewMs = Math.abs(now - (before + Date.now()) / 2);
  const [{ version }] = await database.$queryRaw<[{ version: string }]>`
    SELECT current_setting('server_version') AS version`;
  return [
    Number.parseInt(version, 10) >= oldestVersion
      ? ok('database', `answers, PostgreSQL ${version}`)
      : problem('database', `PostgreSQL ${version}`, `Update it to ${oldestVersion} or newer.`),
    skewMs <= skewMaxMs
      ? ok('clock of the database', `within ${Math.ceil(skewMs)} ms of this machine's`)
      : warning('clock of the database', `${Math.round(skewMs / 1000)} s away from this machine's`, 'Set both by NTP.'),
  ];
}

async function checkMigrations(databaseUrl: string): Promise<Finding[]> {
  const pending = await pendingMigrations(databaseUrl);
  if (pending.length === 0) return [ok('migrations', 'all applied')];
  return [
    problem('migrations', `not applied: ${pending.join(', ')}`, 'Run npm run migrate, then restart the processes.'),
  ];
}

/** Pure. What Redis won't tell (a managed one) is said to be unknown. */
export function redisFindings({ evictionPolicy, appendOnly, version }: RedisSettings): Finding[] {
  const asked = 'Ask who runs it: maxmemory-policy must be noeviction, and appendonly yes.';
  if (evictionPolicy === null || appendOnly === null) {
    return [{ check: 'redis', status: 'unknown', found: `Redis ${version} does not tell its settings`, next: asked }];
  }
  return [
    evictionPolicy === 'noeviction'
      ? ok('redis policy', 'noeviction')
      : problem(
          'redis policy',
          evictionPolicy,
          'CONFIG SET maxmemory-policy noeviction: else jobs vanish when memory is short.',
        ),
    appendOnly === 'yes'
      ? ok('redis persistence', 'append-only file on')
      : warning(
          'redis persistence',
          'append-only file off',
          'CONFIG SET appendonly yes: else a restart loses jobs, until a sweep.',
        ),
  ];
}
