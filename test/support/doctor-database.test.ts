import { connectDatabase } from '../../src/database/database.js';
import { type Finding, findAll } from '../../src/support/doctor/check.js';
import { clockOffset } from '../../src/support/doctor/check-clock.js';
import { databaseChecks, databaseClockFinding, databaseFindings } from '../../src/support/doctor/check-database.js';
import { createTestDatabase, type TestDatabase } from '../helpers/database.js';
import { startSlowWire } from '../helpers/slow-wire.js';

jest.setTimeout(120_000);

let testDatabase: TestDatabase;
beforeAll(async () => {
  testDatabase = await createTestDatabase();
});
afterAll(() => testDatabase.drop());

/** Findings about the database at this address, by check. */
async function findingsAt(url: string): Promise<Map<string, Finding>> {
  const database = connectDatabase(url, { connections: 2, connectTimeoutMs: 15_000 });
  try {
    return new Map((await findAll(databaseChecks(database, url))).map((finding) => [finding.check, finding]));
  } finally {
    await database.$disconnect();
  }
}

function changed(change: (url: URL) => void): string {
  const url = new URL(testDatabase.url);
  change(url);
  return url.href;
}

const countReports = () => testDatabase.database.workerReport.count();

it('has no finding when it is right, and nothing is changed', async () => {
  const findings = await findingsAt(testDatabase.url);
  expect([...findings.values()].map(({ check, status }) => `${check}: ${status}`)).toEqual([
    'database: ok',
    'database connections: ok',
    'clock of the database: ok',
    'migrations: ok',
    'database write: ok',
  ]);
  expect(findings.get('clock of the database')?.found).toMatch(/^the database's is 0\.\d{3} s (ahead of|behind) this/);
  expect(await countReports()).toBe(0);
});

it('does not take a slow connection for a wrong clock', async () => {
  const wire = await startSlowWire(Number(new URL(testDatabase.url).port), 300);
  try {
    const findings = await findingsAt(changed((url) => (url.port = String(wire.port))));
    const clock = findings.get('clock of the database');
    expect(clock).toMatchObject({ status: 'ok' });
    // A round trip of 0.6 s, and the several that it takes to connect, are no offset.
    expect(clock?.found).toMatch(/^the database's is 0\.0\d\d s .* \(± 0\.3\d\d s\)$/);
  } finally {
    await wire.stop();
  }
});

it('sees a clock that is forty seconds ahead', async () => {
  const { database } = testDatabase;
  await database.$executeRaw`CREATE SCHEMA wrong`;
  await database.$executeRaw`CREATE FUNCTION wrong.clock_timestamp() RETURNS timestamptz LANGUAGE sql
    AS $$ SELECT pg_catalog.clock_timestamp() + interval '40 seconds' $$`;
  const path = '-c search_path=wrong,public,pg_catalog';
  const findings = await findingsAt(changed((url) => url.searchParams.set('options', path)));
  expect(findings.get('clock of the database')).toMatchObject({
    status: 'warning',
    found: expect.stringMatching(/^the database's is (40\.0|39\.9) s ahead of this machine's \(± 0\.\d{3} s\)$/),
    next: expect.stringContaining('NTP'),
  });
});

it('says that the database is read-only, and what to do', async () => {
  const readOnly = '-c default_transaction_read_only=on';
  const findings = await findingsAt(changed((url) => url.searchParams.set('options', readOnly)));
  expect(findings.get('database')).toMatchObject({ status: 'ok' });
  expect(findings.get('database write')).toMatchObject({
    status: 'problem',
    found: expect.stringContaining('(25006)'),
    next: expect.stringContaining('point DATABASE_URL at the primary'),
  });
});

it.each([
  ['no such database', (url: URL) => (url.pathname = '/nowhere'), '3D000', 'create it, or check DATABASE_URL'],
  ['no such user', (url: URL) => (url.username = 'nobody'), '28000', 'check DATABASE_URL'],
  ['nobody there', (url: URL) => (url.port = '1'), 'DatabaseNotReachable', 'Start PostgreSQL'],
])('%s: one finding, with its own advice', async (_, change, code, next) => {
  const findings = [...(await findingsAt(changed(change))).values()];
  expect(findings).toEqual([
    expect.objectContaining({
      ...{ check: 'database', status: 'problem' },
      found: expect.stringContaining(`(${code})`),
      next: expect.stringContaining(next),
    }),
  ]);
});

it('judges a replica, an old version, and few free connections', () => {
  const good = { version: '16.4', isReplica: false, connections: 20, connectionsMax: 100 };
  const judged = (change: Partial<typeof good>) => databaseFindings({ ...good, ...change }).map(({ status }) => status);
  expect(judged({})).toEqual(['ok', 'ok']);
  expect(judged({ isReplica: true })).toEqual(['problem', 'ok']);
  expect(judged({ version: '12.9' })).toEqual(['problem', 'ok']);
  expect(judged({ connections: 80 })).toEqual(['ok', 'warning']);
});

it('takes the clock from the fastest answer, and warns only beyond its uncertainty', () => {
  const offset = clockOffset([
    { sentMs: 0, receivedMs: 9_000, theirsMs: 8_900 },
    { sentMs: 10_000, receivedMs: 10_010, theirsMs: 10_105 },
    { sentMs: 20_000, receivedMs: 24_000, theirsMs: 20_100 },
  ]);
  expect(offset).toEqual({ aheadMs: 100, plusMinusMs: 5 });
  expect(databaseClockFinding({ aheadMs: -2_500, plusMinusMs: 600 }).status).toBe('ok');
  expect(databaseClockFinding({ aheadMs: -2_500, plusMinusMs: 400 }).status).toBe('warning');
});
