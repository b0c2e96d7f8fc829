import { connectDatabase, type Database } from '../../src/database/database.js';
import { RateLimited } from '../../src/errors/errors.js';
import type { StytchDirectory } from '../../src/stytch/directory.js';
import { type Urgency, withSearchBudget } from '../../src/stytch/search-budget.js';
import { createTestDatabase } from '../helpers/database.js';
import { eventually } from '../helpers/eventually.js';

const asked: Promise<unknown>[] = [];
let testDatabase: Awaited<ReturnType<typeof createTestDatabase>>;
let database: Database;
/** How often the budget was asked for a search, given or not. */
let askedFor = 0;

beforeEach(async () => {
  testDatabase = await createTestDatabase();
  // Its own clock_timestamp comes before PostgreSQL's, and says what the test has set.
  const url = new URL(testDatabase.url);
  url.searchParams.set('options', '-c search_path=public,pg_catalog');
  database = connectDatabase(url.href, { connections: 5 });
  await database.$executeRaw`CREATE TABLE public.test_clock AS SELECT TIMESTAMPTZ '2026-11-27T12:00:00Z' AS at`;
  await database.$executeRaw`CREATE FUNCTION public.clock_timestamp() RETURNS timestamptz LANGUAGE sql
    AS 'SELECT at FROM public.test_clock'`;
});
afterEach(async () => {
  jest.restoreAllMocks();
  await database.$disconnect();
  await testDatabase.drop();
  await Promise.allSettled(asked.splice(0)); // those still in line end with it
});

/** Moves the database's clock to this second of its minute. */
const setSecond = (second: number) =>
  database.$executeRaw`UPDATE public.test_clock SET at = date_trunc('minute', at) + make_interval(secs => ${second})`;

const stytch: StytchDirectory = {
  getMember: async () => 'a member',
  searchMembers: async () => ({ members: [], nextCursor: null, bytes: 0 }),
};
const search = { organizationIds: ['org-acme'] };
const directory = (urgency: Urgency, perMinute: number) => withSearchBudget(stytch, watched(), { perMinute, urgency });

function watched(): Database {
  const $queryRaw = async (...statement: Parameters<Database['$queryRaw']>) => {
    try {
      return await database.$queryRaw(...statement);
    } finally {
      askedFor++;
    }
  };
  return { $queryRaw } as unknown as Database;
}

async function used(): Promise<number> {
  const [row] = await database.stytchSearchBudget.findMany();
  return row?.used ?? 0;
}

/** How many of the searches asked for at once have been let through. */
function letThrough(count: number, directories: StytchDirectory[]) {
  let through = 0;
  const searched = (one: StytchDirectory) => one.searchMembers(search).then(() => through++);
  for (let i = 0; i < count; i++)
    asked.push(
      ...directories
        .slice(i % directories.length)
        .slice(0, 1)
        .map(searched),
    );
  for (const one of asked) one.catch(() => {}); // refused, or the database went before its turn came
  return () => through;
}

it('counts only searches', async () => {
  const one = directory('hint', 100);
  expect(await one.getMember('member-ada')).toBe('a member');
  expect(await used()).toBe(0);
  await one.searchMembers(search);
  expect(await used()).toBe(1);
});

it('is shared by all processes: together they never exceed it', async () => {
  const through = letThrough(40, [directory('leaver', 10), directory('leaver', 10), directory('leaver', 10)]);
  await eventually(async () => expect(await used()).toBe(10));
  expect(through()).toBe(10);
});

it('refuses a leaver at once when the minute is used up, because its signed event is enough', async () => {
  await directory('leaver', 1).searchMembers(search);
  await expect(directory('leaver', 1).searchMembers(search)).rejects.toThrow(RateLimited);
});

/** Waits until so many searches are used, and then until some have asked again and were not given any. */
async function settlesAt(expected: number): Promise<void> {
  await eventually(async () => expect(await used()).toBe(expected));
  const before = askedFor;
  await eventually(() => askedFor > before + 2);
  expect(await used()).toBe(expected);
}

it('spreads hints over the minute after a first burst, and always leaves the reserve for leavers', async () => {
  letThrough(200, [directory('hint', 100), directory('hint', 100)]);
  await settlesAt(22); // 20 % at once, and 67 % * 1/60
  await setSecond(29);
  await settlesAt(54);
  await setSecond(58);
  await settlesAt(86);
  await directory('leaver', 100).searchMembers(search);
  expect(await used()).toBe(87);
});

it('spreads sweeps over the minute, and leaves budget for hints most of the time', async () => {
  letThrough(200, [directory('sweep', 60), directory('sweep', 60)]);
  await settlesAt(1);
  await setSecond(14);
  await settlesAt(14);
  for (let n = 0; n < 8; n++) await directory('hint', 60).searchMembers(search);
  expect(await used()).toBe(22);
});

it('keeps some budget at the end of a minute for sweeps, however many hints there are', async () => {
  await setSecond(55);
  await database.$executeRaw`
    INSERT INTO stytch_search_budget (minute, used) VALUES (date_trunc('minute', public.clock_timestamp()), 84)`;
  letThrough(1, [directory('hint', 100)]);
  await directory('sweep', 100).searchMembers(search);
  expect(await used()).toBe(85);
});

it('a turn can be taken before its search, once in a minute', async () => {
  let nowMs = Date.parse('2026-11-27T12:00:00Z');
  jest.spyOn(Date, 'now').mockImplementation(() => nowMs);
  const one = directory('hint', 100);
  await one.takeTurn();
  await one.takeTurn(); // the search it was taken for was not needed
  expect(await used()).toBe(1);
  await one.searchMembers(search);
  expect(await used()).toBe(1);
  await one.searchMembers(search);
  expect(await used()).toBe(2);
  await one.takeTurn();
  nowMs += 60_000; // a turn of the minute before counts no more
  await one.searchMembers(search);
  expect(await used()).toBe(4);
});

it('allows a sweep even with a budget of one a minute', async () => {
  await directory('sweep', 1).searchMembers(search);
  expect(await used()).toBe(1);
});
