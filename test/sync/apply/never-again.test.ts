import { type AccessEntry, keepAccessLog } from '../../helpers/access-log.js';
import { createTestDatabase } from '../../helpers/database.js';
import { givenAway, type Story, type Truth, unsettled, violations } from '../../helpers/never-again.js';
import { seedTeam } from '../../helpers/rows.js';

/** The check of histories must find what it checks for: short histories of Ada, in milliseconds. */

const ada = 'member-ada';
const says = (atMs: number, what: Truth['says'], ...roles: string[]): Truth => ({
  atMs,
  memberId: ada,
  says: what,
  roles,
});
const row = (atMs: number, status: string, ...scimRoles: string[]): AccessEntry => ({
  entry: 'row',
  atMs,
  teamId: 't',
  userId: 'u',
  memberId: ada,
  row: { status, email: 'a', externalId: null, scimRoles, manualRoles: [] },
});
const handled = (atMs: number, outcome = 'changed'): AccessEntry => ({
  entry: 'handled',
  atMs,
  teamId: 't',
  userId: 'u',
  memberId: ada,
  svixId: 'msg_1',
  eventType: 'scim.member.delete',
  outcome,
});
const got = (...times: number[]) => times.map((atMs) => ({ atMs, memberId: ada }));
const found = (story: Partial<Story>, options?: { roles: boolean }) =>
  violations({ truth: [], gets: [], entries: [], webhooks: new Map(), ...story }, options).map(
    ({ atMs, what }) => `${atMs}: ${what}`,
  );
const webhooks: Story['webhooks'] = new Map([['msg_1', { publishedMs: 10, says: 'gone' }]]);

const leaving = [says(1, 'active', 'scim:analyst'), says(10, 'gone')];
const wasIn = row(2, 'active', 'scim:analyst');

describe('a user that a direct read has deactivated', () => {
  const truth = leaving;
  const gets = got(11);

  test.each([
    ['is active again', row(20, 'active'), ['20: access is there again']],
    [
      'has a grant again',
      row(20, 'deactivated', 'scim:analyst'),
      ['20: access is there again', '20: scim:analyst is there again'],
    ],
    ['is read again', row(20, 'deactivated'), []],
  ])('and %s', (_, then, expected) => {
    expect(found({ truth, gets, entries: [wasIn, row(12, 'deactivated'), then] })).toEqual(expected);
  });

  it('may be active again once the directory says so, for however short a time', () => {
    const entries = [wasIn, row(12, 'deactivated'), row(20, 'active')];
    expect(found({ truth: [...truth, says(15, 'active')], gets, entries })).toEqual([]);
    expect(found({ truth: [...truth, says(15, 'active'), says(16, 'gone')], gets, entries })).toEqual([]);
    expect(found({ truth: [...truth, says(25, 'active')], gets, entries })).toHaveLength(1);
  });

  it('was deactivated by a direct read only if it was read while the member was gone', () => {
    const entries = [wasIn, row(12, 'deactivated'), row(20, 'active')];
    expect(found({ truth, gets: got(5, 10), entries })).toEqual([]); // in the same millisecond nobody knows
    expect(found({ truth: [says(1, 'active'), says(10, 'unreadable')], gets, entries })).toEqual([]);
  });
});

test('a role that a direct read has revoked is not granted before the directory grants it', () => {
  const truth = [says(1, 'active', 'scim:analyst', 'scim:admin'), says(10, 'active', 'scim:admin')];
  const entries = [row(2, 'active', 'scim:admin', 'scim:analyst'), row(12, 'active', 'scim:admin')];
  const again = [...entries, row(20, 'active', 'scim:admin', 'scim:analyst')];
  expect(found({ truth, gets: got(11), entries: again })).toEqual(['20: scim:analyst is there again']);
  expect(found({ truth, gets: got(11), entries: again }, { roles: false })).toEqual([]);
  expect(found({ truth: [...truth, says(19, 'active', 'scim:analyst')], gets: got(11), entries: again })).toEqual([]);
});

describe('a signed DELETE that was handled', () => {
  const truth = leaving;

  it.each([
    ['leaves the door open', [wasIn, handled(20)], ['20: its signed DELETE was handled (changed), and it is in']],
    ['closes it', [wasIn, row(19, 'deactivated'), handled(20)], []],
    [
      'closes it for good',
      [wasIn, row(19, 'deactivated'), handled(20), row(30, 'active')],
      ['30: access is there again'],
    ],
    ['found nobody', [handled(20, 'unknown_member'), row(21, 'active'), handled(22, 'its job is over')], []],
  ])('%s', (_, entries, expected) => {
    expect(found({ truth, entries, webhooks })).toEqual(expected);
  });

  it('does not matter for a member who came back after it was published', () => {
    const back = [...truth, says(15, 'active')];
    expect(found({ truth: back, entries: [wasIn, handled(20)], webhooks })).toEqual([]);
    expect(found({ truth: [...back, says(17, 'gone')], entries: [wasIn, handled(20)], webhooks })).toEqual([]);
  });
});

it('a row that is linked to another member has no old access', () => {
  const entries: AccessEntry[] = [wasIn, row(12, 'deactivated'), { ...row(20, 'active'), memberId: 'member-new' }];
  expect(found({ truth: leaving, gets: got(11), entries })).toEqual([]);
});

describe('a row with roles granted by hand', () => {
  const held = (atMs: number, memberId: string, email: string): AccessEntry => ({
    entry: 'row',
    atMs,
    teamId: 't',
    userId: 'u',
    memberId,
    row: { status: 'active', email, externalId: 'N/A', scimRoles: [], manualRoles: ['owner'] },
  });
  const people = new Map(Object.entries({ 'member-ada': 'Ada', 'member-ada-2': 'Ada', 'member-bob': 'Bob' }));

  it.each([
    ['stays with its person', [held(1, ada, 'ada@x'), held(2, 'member-ada-2', 'ada.l@x')], 0],
    ['may go to who has the same address', [held(1, ada, 'ada@x'), held(2, 'member-bob', 'ADA@x')], 0],
    ['does not go to a stranger', [held(1, ada, 'ada@x'), held(2, 'member-bob', 'bob@x')], 1],
  ])('%s', (_, entries, count) => {
    expect(givenAway(entries, (memberId) => people.get(memberId))).toHaveLength(count);
  });
});

it('a bystander may be read, but must not change', () => {
  const still = [row(1, 'active', 'scim:analyst'), row(2, 'active', 'scim:analyst')];
  expect(unsettled(still, new Set([ada]))).toEqual([]);
  expect(unsettled([...still, row(3, 'active'), row(4, 'active', 'scim:analyst')], new Set([ada]))).toMatchObject([
    { atMs: 3, memberId: ada },
  ]);
  expect(unsettled([...still, row(3, 'active')], new Set())).toEqual([]);
});

it('the log of rows has what each transaction left, and nothing that it undid itself', async () => {
  const { database, drop } = await createTestDatabase();
  const log = await keepAccessLog(database);
  const teamId = await seedTeam(database, { name: 'Acme', organizationId: 'o', roles: ['scim:analyst'] });
  const { id: roleId } = await database.role.findFirstOrThrow({ where: { teamId } });
  const user = { teamId, email: 'ada@acme.example', stytchMemberId: ada, scimExternalId: '00u1' };
  const { id: userId } = await database.user.create({ data: user });
  await database.$transaction(async (tx) => {
    await tx.roleGrant.create({ data: { userId, roleId, source: 'scim' } });
    await tx.user.update({ where: { id: userId }, data: { status: 'deactivated' } });
    await tx.user.update({ where: { id: userId }, data: { status: 'active' } });
  });
  await database.roleGrant.deleteMany();
  await database.syncEvent.create({
    data: {
      svixId: 'msg_1',
      eventType: 'scim.member.delete',
      trigger: 'hint',
      stytchMemberId: ada,
      outcome: 'changed',
    },
  });
  await database.syncEvent.create({ data: { trigger: 'sweep', stytchMemberId: ada, outcome: 'changed' } });
  await database.user.delete({ where: { id: userId } });
  const entries = await log.entries();
  const told = entries.map((one) =>
    one.entry === 'handled'
      ? `${one.svixId} ${one.eventType} ${one.outcome}`
      : [one.row?.status, ...(one.row?.scimRoles ?? [])].join(),
  );
  expect(told.filter((one, i) => one !== told[i - 1])).toEqual([
    'active',
    'active,scim:analyst',
    'active',
    'msg_1 scim.member.delete changed',
    '',
  ]);
  expect(entries[0]).toMatchObject({
    userId,
    memberId: ada,
    teamId,
    row: { email: 'ada@acme.example', externalId: '00u1' },
  });
  expect(Math.abs(Number(entries[0]?.atMs) - Date.now())).toBeLessThan(60_000);
  const { id: bob } = await database.user.create({ data: { ...user, email: 'bob@acme.example' } });
  await log.startAnew();
  expect(await log.entries()).toMatchObject([{ entry: 'row', userId: bob, row: { status: 'active', scimRoles: [] } }]);
  await drop();
});
