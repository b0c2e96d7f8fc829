import { startServer } from '../../src/server.js';
import { silent, testConfig } from '../helpers/config.js';
import { createTestDatabase } from '../helpers/database.js';
import { backends, startTestQueue } from '../helpers/queue.js';

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let queue: Awaited<ReturnType<typeof startTestQueue>>;
let server: Awaited<ReturnType<typeof startServer>>;
let ownAddress: string;

beforeAll(async () => {
  database = await createTestDatabase();
  queue = await startTestQueue(backends[0], database.url);
  const env = { ...queue.env, PUBLIC_URL: 'https://scim.scanner.example', STYTCH_BASE_URL: 'http://127.0.0.1:1' };
  server = await startServer(testConfig(env), silent, { schedules: false });
  ownAddress = `http://127.0.0.1:${server.port}`;
});
afterAll(async () => {
  await server.stop();
  await queue.stop();
  await database.drop();
});

async function codeOfWrite(origin: string): Promise<string> {
  const headers = { cookie: 'stytch_session=x', origin };
  const response = await fetch(`${ownAddress}/api/scim/roles`, { method: 'POST', headers });
  return ((await response.json()) as { error: { code: string } }).error.code;
}

it('a browser may write from PUBLIC_URL, and from no other address', async () => {
  expect(await codeOfWrite('https://scim.scanner.example')).toBe('unavailable'); // passed on to Stytch, which is away
  expect(await codeOfWrite(ownAddress)).toBe('cross_origin');
});
