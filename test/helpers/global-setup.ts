import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { migrate } from '../../src/database/migrations.js';
import { migrateQueue } from '../../src/queue/backend.js';
import { type LocalPostgres, startPostgres } from '../local/postgres.js';
import { hasRedisServer } from '../local/redis.js';
import { debianPrograms } from './backups.js';
import { hasBrowser } from './browser.js';
import { testFolder } from './folders.js';
import { hasPgbouncer } from './pgbouncer.js';
import { hasPromtool } from './promtool.js';

declare global {
  var testPostgres: LocalPostgres | undefined;
}

/** Before all tests: one PostgreSQL with migrated template databases; Redis and Chromium where that is possible. */
export default async function globalSetup(): Promise<void> {
  installIfRoot();
  const folder = testFolder();
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    if (name !== 'postgres') rmSync(join(folder, name), { recursive: true });
  }
  // Nothing here must survive a power cut, so nothing waits for the disk. Four test files at a time (more than a machine's two cores,
  // because most of them wait), some with five whole systems side by side, and each has up to 60 connections when its queue is in
  // PostgreSQL.
  const settings = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '800' };
  const postgres = await startPostgres({ folder: join(folder, 'postgres'), settings });
  await recreateTemplates(postgres);
  globalThis.testPostgres = postgres;
  process.env.TEST_POSTGRES_URL = postgres.url();
}

async function recreateTemplates(postgres: LocalPostgres): Promise<void> {
  const client = new pg.Client({ connectionString: postgres.url() });
  await client.connect();
  const { rows } = await client.query<{ datname: string }>(
    "SELECT datname FROM pg_database WHERE datname LIKE 'test_%'",
  );
  for (const { datname } of rows) await client.query(`DROP DATABASE ${client.escapeIdentifier(datname)} WITH (FORCE)`);
  await client.query('CREATE DATABASE test_template');
  await migrate(postgres.url('test_template'));
  await client.query('CREATE DATABASE test_template_with_queue TEMPLATE test_template');
  await migrateQueue({ databaseUrl: postgres.url('test_template_with_queue') });
  await client.end();
}

/** CI machines are root on Debian; elsewhere these are the developer's to install, and their tests are left out. */
function installIfRoot(): void {
  const missing = [
    ...(hasRedisServer() ? [] : ['redis-server']),
    ...(hasBrowser() ? [] : ['chromium']),
    ...(hasPromtool() ? [] : ['prometheus']),
    ...(hasPgbouncer() ? [] : ['pgbouncer']),
  ];
  const isDebianRoot = process.getuid?.() === 0 && spawnSync('apt-get', ['--version']).status === 0;
  if (missing.length > 0 && isDebianRoot) {
    console.error(`Installing ${missing.join(', ')} (apt-get) …`);
    spawnSync('apt-get', ['update', '-qq']);
    spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing], { stdio: 'ignore' });
  }
  if (!hasRedisServer()) console.error('No redis-server on the PATH: the queue is tested on PostgreSQL only.');
  if (!hasPromtool()) console.error('No promtool: the alerts are not tested.');
  if (!hasPgbouncer()) console.error('No pgbouncer: NOT TRIED.');
  if (debianPrograms() === null)
    console.error('No pg_dump beside its own server: a restore is tried by a base backup only.');
  if (!hasBrowser()) console.error('No Chromium: the pages are not tested in a browser.');
}
