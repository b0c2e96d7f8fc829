import { signInAdmin, type TestAdmin } from '../helpers/admin.js';
import { type Lab, startLab } from '../helpers/lab.js';

jest.setTimeout(120_000);

let lab: Lab;
let admin: TestAdmin;
let other: TestAdmin;
let users: { id: string }[];

beforeAll(async () => {
  lab = await startLab({ worker: false });
});
afterAll(() => lab.stop());
beforeEach(async () => {
  admin = await signInAdmin(lab);
  other = await signInAdmin(lab, { name: 'Beta' });
  users = await peopleOf(admin.teamId);
});
afterEach(() => lab.emulator.faults.reset());

/** Active in Scanner, and unknown to Stytch. */
const peopleOf = (teamId: string) =>
  lab.database.user.createManyAndReturn({
    data: ['Ada', 'Ben', '=Cleo'].map((name, n) => ({
      ...{ teamId, name, email: `p${n}@acme.example`, stytchMemberId: `member-test-${crypto.randomUUID()}` },
    })),
  });

async function hold(teamId = admin.teamId, held = users): Promise<string> {
  const userIds = held.map(({ id }) => id);
  const [row] = await lab.database.$queryRaw<[{ id: string }]>`
    INSERT INTO held_changes (team_id, user_ids, fence) VALUES (${teamId}::uuid, ${userIds}::uuid[], now())
    RETURNING id::text`;
  return row.id;
}
const active = () => lab.database.user.count({ where: { teamId: admin.teamId, status: 'active' } });

it('the health card leads to the people who were missing', async () => {
  expect((await admin.page('/held')).text).toContain('Nobody waits for your decision');
  await hold();
  const { text } = await admin.page('/held');
  expect(text).toContain('3 of 3 active users (100 %)');
  expect(text).toContain('p1@acme.example');
  expect((await admin.page('/held?q=ben')).text).not.toContain('p0@acme.example');
  const csv = await admin.page('/held/people.csv');
  expect([csv.headers.get('content-disposition'), csv.text]).toEqual([
    'attachment; filename=missing-people.csv',
    expect.stringContaining("'=Cleo,p2@acme.example,active"),
  ]);
});

it('an admin keeps them at a click, and the activity says so', async () => {
  const id = await hold();
  expect((await admin.page('/held/keep', { hold: id })).status).toBe(303);
  expect(await active()).toBe(3);
  expect(await lab.database.heldChange.findUniqueOrThrow({ where: { id } })).toMatchObject({ resolution: 'discarded' });
  const { body } = await admin.api('GET', '/activity');
  expect(body.events[0]).toMatchObject({ act: { action: 'discard', details: { users: 3 } } });
  expect((await other.api('GET', '/activity')).body.events).toEqual([]);
});

it('an admin deactivates them only with their number typed, each confirmed by Stytch', async () => {
  const here = lab.emulator.directory.silently(() =>
    lab.emulator.directory.createMember(admin.organizationId, { email_address: 'here@acme.example' }),
  );
  const present = await lab.database.user.create({
    data: { teamId: admin.teamId, email: 'here@acme.example', stytchMemberId: here.member_id },
  });
  const id = await hold(admin.teamId, [...users, present]);
  for (const count of ['', '3', '44']) {
    expect((await admin.page('/held/deactivate', { hold: id, count })).status).toBe(400);
  }
  expect(await active()).toBe(4);
  const done = await admin.page('/held/deactivate', { hold: id, count: '4' });
  expect([done.status, await active()]).toEqual([303, 1]);
  expect(new URL(done.headers.get('location') ?? '', 'http://x').searchParams.get('done')).toBe(
    '3 people have no access any more. 1 person kept access: they are active in the directory, or could not be checked.',
  );
  const [row] = await lab.database.auditLog.findMany({ where: { target: `hold ${id}` } });
  expect(row).toMatchObject({
    ...{ action: 'release', actor: admin.memberId, details: { released: 3, skipped: 1, teamId: admin.teamId } },
  });
});

it('nobody decides about another team, about people whom they did not see, or without the permission', async () => {
  const id = await hold();
  expect((await other.page('/held')).text).not.toContain('p0@acme.example');
  expect((await other.page('/held/deactivate', { hold: id, count: '3' })).status).toBe(404);
  await hold(other.teamId, await peopleOf(other.teamId));
  expect((await other.page('/held/deactivate', { hold: id, count: '3' })).status).toBe(409);
  await lab.database.heldChange.update({ where: { id }, data: { resolution: 'replaced' } });
  await hold();
  expect((await admin.page('/held/keep', { hold: id })).status).toBe(409);
  const reader = await signInAdmin(lab, { stytchRoles: [] });
  expect((await reader.page('/held/keep', { hold: id })).status).toBe(403);
  expect(await active()).toBe(3);
});

it('deactivates nobody while Stytch does not answer', async () => {
  const id = await hold();
  lab.emulator.faults.failWhile('members.dangerouslyGet', '500');
  expect((await admin.page('/held/deactivate', { hold: id, count: '3' })).status).toBe(503);
  expect(await active()).toBe(3);
});
