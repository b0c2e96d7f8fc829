import { connectDatabase, type Database } from '../../src/database/database.js';
import { temporaryFolder } from '../helpers/folders.js';
import { playFirstDay } from '../local/first-day.js';
import { type Stack, type Step, startStack } from '../local/stack.js';

const quietly: Step = (_, work) => work();
let stack: Stack;
let database: Database;

beforeAll(async () => {
  stack = await startStack(temporaryFolder('first-day'), quietly, { fresh: true });
  database = connectDatabase(stack.config.DATABASE_URL, { connections: 2 });
});
afterAll(async () => {
  await database.$disconnect();
  await stack.stop();
});
afterEach(() => {
  stack.emulator.faults.reset();
  stack.emulator.webhooks.setEndpoint({
    url: `${stack.url}/webhooks/stytch`,
    secrets: stack.config.STYTCH_WEBHOOK_SECRETS,
  });
});

/** What `npm run dev` prints when the day does not come right. */
async function complaint(patienceMs = 3_000): Promise<string> {
  const day = playFirstDay(stack, database, quietly, { patienceMs });
  return day.then(
    () => 'it came right',
    (error) => error.message,
  );
}

it('a day on which Stytch answers nobody says whose rows are missing, and what the worker saw', async () => {
  stack.emulator.faults.failWhile('members.dangerouslyGet', 'reset');
  stack.emulator.faults.failWhile('members.search', 'reset');
  const said = await complaint();
  expect(said).toContain('The day stopped at "five people are provisioned, two of them as analysts":');
  expect(said).toContain('Alan has no row instead of a row that is active, with scim:scanner_analyst (scim),');
  expect(said).toContain('still after 3 s.');
  expect(said).toMatch(/Stytch was asked: +\d\d:\d\d:\d\d members\.(dangerouslyGet|search), and did not answer/);
  expect(said).toMatch(/Stytch told us: +\d\d:\d\d:\d\d scim\.member\.create, and was answered 202/);
  expect(said).toMatch(/the worker said: +\d\d:\d\d:\d\d failing .*can't be reached/);
  expect(said).toContain(stack.logFile);
  expect(said).not.toContain('it stayed false');
});

it('a day on which no webhook arrives says so', async () => {
  stack.emulator.webhooks.setEndpoint({ url: 'http://127.0.0.1:1/webhooks/stytch', secrets: [] });
  expect(await complaint()).toMatch(/Stytch told us: .* scim\.\w+\.create, and nobody answered \(.*ECONNREFUSED/);
});

it('a day that fails at once says why at once', async () => {
  stack.emulator.faults.failWhile('scim.connection.create', '500');
  expect(await complaint()).toMatch(/^The day stopped at "Acme connects its identity provider":\n {2}\S/);
});

it('a day that comes right says nothing', async () => {
  expect(await complaint(60_000)).toBe('it came right');
});
