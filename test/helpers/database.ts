import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { connectDatabase, type Database } from '../../src/database/database.js';

export type TestDatabase = { url: string; database: Database; drop(): Promise<void> };

/**
 * A fresh, migrated database of the test run's PostgreSQL. A failed run's databases stay until the next one starts.
 * @param options.withQueue it has the tables of BullMQ already, which take half a second to make
 */
export async function createTestDatabase({ withQueue = false } = {}): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  await onServer(`CREATE DATABASE ${name} TEMPLATE test_template${withQueue ? '_with_queue' : ''}`);
  const url = new URL(serverUrl());
  url.pathname = `/${name}`;
  const database = connectDatabase(url.href, { connections: 5 });
  return {
    url: url.href,
    database,
    drop: async () => {
      await database.$disconnect();
      await onServer(`DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}

function serverUrl(): string {
  const url = process.env.TEST_POSTGRES_URL;
  if (url === undefined) throw new Error('The test run did not start PostgreSQL; run the tests with npm test.');
  return url;
}

async function onServer(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: serverUrl() });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
