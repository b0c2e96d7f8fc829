import { RateLimited } from '../src/failures.js';
import { type Urgency, withSearchBudget } from '../src/reconcile/search-budget.js';
import type { StytchDirectory } from '../src/stytch.js';
import { createTestDatabase } from './support/database.js';
import { eventually } from './support/eventually.js';

const asked: Promise<unknown>[] = [];
let testDatabase: Awaited<ReturnType<typeof createTestDatabase>>;
beforeEach(async () => {
  testDatabase = await createTestDatabase();
  // So that no minute ends in the middle of a test.
  await eventually(() => new Date().getSeconds() < 40, 30_000);
});
afterEach(async () => {
  await testDatabase.drop();
  await Promise.allSettled(asked.splice(0)); // those still in line end with it
});

const stytch: StytchDirectory = {
  getMember: async () => 'a member',
  searchMembers: async () => ({ members: [], nextCursor: null, bytes: 0 }),
};
const search = { organizationIds: ['org-acme'] };
const directory = (urgency: Urgency, perMinute: number) =>
  withSearchBudget(stytch, testDatabase.database, { perMinute, urgency });

async function used(): Promise<number> {
  const [row] = await testDatabase.database.stytchSearchBudget.findMany();
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

it('counts searches, and nothing else', async () => {
  const one = directory('hint', 100);
  expect(await one.getMember('member-ada')).toBe('a member');
  expect(await used()).toBe(0);
  await one.searchMembers(search);
  expect(await used()).toBe(1);
});

it('is one for all processes: together they never get more than the minute has', async () => {
  const through = letThrough(40, [directory('leaver', 10), directory('leaver', 10), directory('leaver', 10)]);
  await eventually(async () => expect(await used()).toBe(10));
  expect(through()).toBe(10);
});

it('refuses a leaver at once when the minute is used up: its signed event is enough', async () => {
  await directory('leaver', 1).searchMembers(search);
  await expect(directory('leaver', 1).searchMembers(search)).rejects.toThrow(RateLimited);
});

/** Long enough for all that may be taken to be taken. */
async function secondsLater(): Promise<number> {
  const second = new Date().getSeconds();
  await eventually(() => new Date().getSeconds() >= second + 3);
  return new Date().getSeconds();
}

it('spreads hints over the minute but for a first burst, and leaves leavers their part at every time', async () => {
  letThrough(200, [directory('hint', 100), directory('hint', 100)]);
  await eventually(async () => expect(await used()).toBeGreaterThanOrEqual(20));
  const second = await secondsLater();
  expect(await used()).toBeLessThanOrEqual(Math.ceil(20 + (67 * (second + 2)) / 60));
  await directory('leaver', 100).searchMembers(search);
});

it('spreads sweeps over the minute, and for most of it hints find something left', async () => {
  await eventually(() => new Date().getSeconds() < 15, 55_000);
  letThrough(200, [directory('sweep', 60), directory('sweep', 60)]);
  await eventually(async () => expect(await used()).toBeGreaterThan(0));
  const second = await secondsLater();
  expect(await used()).toBeLessThanOrEqual(Math.ceil((55.2 * (second + 2)) / 60));
  for (let n = 0; n < 5; n++) await directory('hint', 60).searchMembers(search);
});

it('keeps some of the end of a minute for sweeps, however many hints there are', async () => {
  await eventually(() => new Date().getSeconds() >= 55, 60_000);
  await testDatabase.database.$executeRaw`
    INSERT INTO stytch_search_budget (minute, used) VALUES (date_trunc('minute', now()), 84)`;
  letThrough(1, [directory('hint', 100)]);
  await directory('sweep', 100).searchMembers(search);
  expect(await used()).toBe(85);
});

it('lets a turn be taken ahead of its search, once', async () => {
  const one = directory('hint', 100);
  await one.takeTurn();
  await one.takeTurn(); // the search it was taken for was not needed
  expect(await used()).toBe(1);
  await one.searchMembers(search);
  expect(await used()).toBe(1);
  await one.searchMembers(search);
  expect(await used()).toBe(2);
});

it('lets a sweep through even where the budget is one a minute', async () => {
  await directory('sweep', 1).searchMembers(search);
  expect(await used()).toBe(1);
});
