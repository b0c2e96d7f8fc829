import { createHash, randomUUID } from 'node:crypto';
import { eventually } from '../../helpers/eventually.js';
import { type Lab, quickly, startLab } from '../../helpers/lab.js';
import { seedTeam } from '../../helpers/rows.js';
import { type Sweeping, sweepingIn } from '../../helpers/sweeping.js';
import { memberEvent, post, signed } from '../../helpers/webhook.js';

let lab: Lab;
let teamId: string;
let organizationId: string;
let sweeping: Sweeping;
const sweep = () => sweeping.sweep(teamId);

beforeAll(async () => {
  lab = await startLab();
});
afterAll(() => lab.stop());
beforeEach(async () => {
  ({ teamId, organizationId } = await lab.team({ name: 'Acme' }));
  sweeping = sweepingIn(lab);
});
afterEach(async () => {
  lab.emulator.faults.reset();
  await lab.quiet();
  await sweeping.stop();
});

/** Changes the directory without a webhook. */
function people(count: number, roles: string[] = ['analyst']) {
  const { directory } = lab.emulator;
  return directory.silently(() =>
    Array.from({ length: count }, (_, n) =>
      directory.provision(organizationId, { userName: `p${n}@acme.example`, externalId: `e${n}`, roles }),
    ),
  );
}

async function rows() {
  return (await lab.rows()).filter((row) => row.teamId === teamId);
}

async function statuses() {
  return (await rows()).map(({ status }) => status);
}

/** Everything about the team's users that a write would change. */
function marks() {
  return lab.database
    .$queryRaw`SELECT id, xmin::text, xmax::text, observed_at FROM users WHERE team_id = ${teamId}::uuid`;
}

const openHolds = () => lab.database.heldChange.findMany({ where: { teamId, resolution: null } });
const searches = () => lab.emulator.calls.count('members.search');
const gets = () => lab.emulator.calls.count('members.dangerouslyGet');

describe('a team that is right', () => {
  it('costs one search for a thousand members, no write and no lock', async () => {
    people(1100);
    await sweep();
    const before = [await rows(), await marks()];
    lab.emulator.calls.reset();
    expect(await sweep()).toEqual({ members: 1100, changed: 0, held: 0 });
    expect([searches(), gets()]).toEqual([2, 0]);
    expect([await rows(), await marks()]).toEqual(before);
    expect(await lab.database.teamSync.findUnique({ where: { teamId } })).toMatchObject({
      sweptMembers: 1100,
      sweptAt: expect.any(Date),
      sweepingUntil: null,
    });
  });

  it('gets no event', async () => {
    people(3);
    await sweep();
    const count = () => lab.database.syncEvent.count({ where: { teamId } });
    const before = await count();
    await sweep();
    expect(await count()).toBe(before);
  });
});

describe('a change without an event', () => {
  it('is found and recorded by a sweep: a joiner, a leaver, a new role and a lost role', async () => {
    const [leaver, loser, gainer] = people(3);
    await sweep();
    const { directory } = lab.emulator;
    directory.silently(() => {
      directory.deprovision(leaver?.member_id ?? '');
      directory.setRoles(loser?.member_id ?? '', []);
      directory.setRoles(gainer?.member_id ?? '', ['analyst', 'admin']);
      directory.provision(organizationId, { userName: 'new@acme.example', externalId: 'new' });
    });
    expect(await sweep()).toEqual({ members: 4, changed: 4, held: 0 });
    expect(await rows()).toMatchObject([
      { user: 'new@acme.example', status: 'active', grants: [] },
      { user: 'p0@acme.example', status: 'deactivated', grants: [] },
      { user: 'p1@acme.example', status: 'active', grants: [] },
      { user: 'p2@acme.example', grants: ['scim:admin (scim)', 'scim:analyst (scim)'] },
    ]);
    const found = await lab.database.syncEvent.findMany({
      where: { teamId, outcome: 'changed' },
      take: 4,
      orderBy: { id: 'desc' },
    });
    expect(found.map(({ trigger }) => trigger)).toEqual(Array(4).fill('sweep'));
  });

  it('does not change bystanders', async () => {
    people(3);
    await sweep();
    const other = await seedTeam(lab.database, { name: 'Beta', organizationId: null, roles: ['scim:analyst'] });
    await lab.database.user.create({ data: { teamId: other, email: 'p0@acme.example' } });
    await lab.database.user.create({ data: { teamId, email: 'local@acme.example' } }); // no member: not SCIM's to judge
    const others = async () => (await lab.rows()).filter((row) => row.memberId === null);
    const before = await others();
    lab.emulator.directory.silently(() => {
      for (const member of lab.emulator.directory.members(organizationId))
        lab.emulator.directory.deprovision(member.member_id);
    });
    await sweep();
    expect(await others()).toEqual(before);
    expect((await rows()).filter(({ memberId, status }) => memberId !== null && status === 'active')).toEqual([]);
  });

  it('is not applied to absent members if a page of the listing fails', async () => {
    people(1100);
    await sweep();
    const before = await statuses();
    lab.emulator.faults.failNext('members.search', '500', 1);
    await expect(sweep()).rejects.toThrow('Stytch members.search: 500');
    expect(await statuses()).toEqual(before);
    expect(await lab.database.teamSync.findUnique({ where: { teamId } })).toMatchObject({ sweepingUntil: null });
  });
});

describe('a user that is missing from the listing', () => {
  it('is searched by id, and stays active if the search finds the member', async () => {
    people(300);
    await sweep();
    lab.emulator.faults.omitFromListing((member) => Number(member.external_id?.slice(1) ?? 0) % 2 === 0);
    lab.emulator.faults.omitFromListing((member) => member.email_address.startsWith('p1'));
    lab.emulator.calls.reset();
    expect(await sweep()).toMatchObject({ changed: 0, held: 0 });
    expect(await statuses()).toEqual(Array(300).fill('active'));
    expect([searches(), gets()]).toEqual([2, 0]);
    expect(await openHolds()).toEqual([]);
  });

  it('is read directly if few are missing, and stays active if Stytch knows the member', async () => {
    const [hidden] = people(30);
    await sweep();
    lab.emulator.faults.omitFromListing(({ member_id }) => member_id === hidden?.member_id, { byId: true });
    lab.emulator.calls.reset();
    expect(await sweep()).toMatchObject({ changed: 0, held: 0 });
    expect(gets()).toBe(1);
    expect(await statuses()).toEqual(Array(30).fill('active'));
  });

  it('is deactivated if Stytch does not know the member any more', async () => {
    const [vanished] = people(30);
    await sweep();
    lab.emulator.directory.silently(() => lab.emulator.directory.setMember(vanished?.member_id ?? '', null));
    lab.emulator.faults.failWhile('members.dangerouslyGet', { status: 404, error_type: 'member_not_found' });
    lab.emulator.faults.omitFromListing(({ member_id }) => member_id === vanished?.member_id, { byId: true });
    expect(await sweep()).toMatchObject({ changed: 1, held: 0 });
    expect((await rows()).filter(({ status }) => status === 'deactivated')).toMatchObject([
      { memberId: vanished?.member_id, grants: [] },
    ]);
  });
});

describe('a user whom Stytch does not know, and who was created shortly before', () => {
  /** A sweep, and what happens between its first search and the answer. */
  const during = async (happens: () => Promise<unknown>) => {
    const frozen = lab.emulator.faults.freeze('members.search');
    const swept = sweep();
    await frozen.arrived;
    await happens().finally(frozen.release);
    lab.emulator.calls.reset();
    return swept;
  };
  const addUser = (name: string, { id = randomUUID() as string, agoSeconds = 0 } = {}) =>
    lab.database.$executeRaw`
      INSERT INTO users (id, team_id, email, stytch_member_id, created_at)
      VALUES (${id}::uuid, ${teamId}::uuid, ${`${name}@acme.example`}, ${`member-test-${name}`},
        clock_timestamp() - make_interval(secs => ${agoSeconds}))`;
  const statusOf = async (name: string) => (await rows()).find(({ user }) => user === `${name}@acme.example`)?.status;
  const bucketOf = (userId: string) => createHash('md5').update(userId).digest('hex').slice(0, 3);

  it('the sweep, within the lag of searches, is not missing; an older user is', async () => {
    people(3);
    await sweep();
    await addUser('old', { agoSeconds: 60 });
    await addUser('young', { agoSeconds: 20 });
    const lagging = sweepingIn(lab, { ...quickly, searchLagMs: 30_000 });
    lab.emulator.calls.reset();
    expect(await lagging.sweep(teamId)).toMatchObject({ changed: 1, held: 0 });
    await lagging.stop();
    expect([await statusOf('old'), await statusOf('young'), gets()]).toEqual(['deactivated', 'active', 1]);
  });

  it('the end of the listing is not missing, and costs no search for others', async () => {
    people(3);
    await sweep();
    const { id: shown } = await lab.database.user.findFirstOrThrow({ where: { teamId } });
    let id: string;
    do id = randomUUID();
    while (bucketOf(id) !== bucketOf(shown));
    expect(await during(() => addUser('late', { id }))).toMatchObject({ changed: 0, held: 0 });
    expect([await statusOf('late'), searches(), gets()]).toEqual(['active', 0, 0]);
  });
});

describe('too many missing users at once', () => {
  const hide = (share: (n: number) => boolean) =>
    lab.emulator.faults.omitFromListing((member) => share(Number(/p(\d+)@/.exec(member.email_address)?.[1])), {
      byId: true,
    });

  it('are held and reported once, and keep their access, while the rest of the sweep is applied', async () => {
    const members = people(40);
    await sweep();
    const before = await rows();
    hide((n) => n >= 20);
    lab.emulator.directory.silently(() => {
      lab.emulator.directory.deprovision(members[0]?.member_id ?? '');
      lab.emulator.directory.setRoles(members[1]?.member_id ?? '', ['admin']);
    });
    lab.emulator.calls.reset();
    expect(await sweep()).toEqual({ members: 20, changed: 2, held: 20 });
    expect(gets()).toBe(1); // of whom lost a role; nobody who is missing was asked about
    const [hold] = await openHolds();
    expect(hold?.userIds).toHaveLength(20);
    expect(sweeping.told.held).toEqual([{ teamId, holdId: hold?.id, users: 20, activeUsers: 39 }]);

    await sweep();
    expect(sweeping.told.held).toHaveLength(1);
    expect(await openHolds()).toMatchObject([{ id: hold?.id }]);
    const after = await rows();
    expect(after.filter((row, i) => JSON.stringify(row) !== JSON.stringify(before[i]))).toMatchObject([
      { memberId: members[0]?.member_id, status: 'deactivated' },
      { memberId: members[1]?.member_id, grants: ['scim:admin (scim)'] },
    ]);
    expect(await lab.database.syncEvent.count({ where: { teamId, outcome: 'held' } })).toBe(1);
  });

  it('are not held any more when a later sweep finds them', async () => {
    people(30);
    await sweep();
    const end = hide((n) => n >= 10);
    await sweep();
    const [hold] = await openHolds();
    end();
    await sweep();
    expect(await openHolds()).toEqual([]);
    expect(await lab.database.heldChange.findMany({ where: { teamId } })).toMatchObject([
      { id: hold?.id, resolution: 'seen_again', resolvedAt: expect.any(Date) },
    ]);
    expect(sweeping.told.seenAgain).toEqual([{ teamId, holdId: hold?.id }]);
    expect(await statuses()).toEqual(Array(30).fill('active'));
  });

  it('do not include a leaver with explicit evidence, which is never held', async () => {
    const members = people(40);
    await sweep();
    hide((n) => n >= 10);
    await sweep();
    lab.emulator.directory.deprovision(members[20]?.member_id ?? '');
    await lab.quiet();
    expect((await rows()).filter(({ status }) => status === 'deactivated')).toMatchObject([
      { memberId: members[20]?.member_id },
    ]);
  });

  it('that a person has discarded are held again only after a sweep has found them', async () => {
    people(30);
    await sweep();
    const end = hide((n) => n >= 10);
    await sweep();
    await lab.database.heldChange.updateMany({
      where: { teamId, resolution: null },
      data: { resolution: 'discarded' },
    });
    expect(await sweep()).toMatchObject({ changed: 0, held: 0 });
    expect(await openHolds()).toEqual([]);
    end();
    await sweep();
    hide((n) => n >= 10);
    expect(await sweep()).toMatchObject({ held: 20 });
    expect(await statuses()).toEqual(Array(30).fill('active'));
  });

  it('of an organization that Stytch does not know are held, even if they are few', async () => {
    people(3);
    await sweep();
    lab.emulator.directory.silently(() => lab.emulator.organizations.delete(organizationId));
    expect(await sweep()).toEqual({ members: 0, changed: 0, held: 3 });
    expect(await statuses()).toEqual(Array(3).fill('active'));
  });
});

describe('one sweep of a team at a time', () => {
  it('a second sweep of the same team waits, and runs after the first', async () => {
    people(5);
    const frozen = lab.emulator.faults.freeze('members.search');
    const first = sweep();
    await frozen.arrived;
    expect(await sweep()).toBeNull();
    await post(lab.url, signed(memberEvent({ object_type: 'organization', id: organizationId, organization: {} })));
    frozen.release();
    expect(await first).toMatchObject({ members: 5 });
    lab.emulator.directory.silently(() =>
      lab.emulator.directory.provision(organizationId, { userName: 'late@acme.example', externalId: 'late' }),
    );
    await lab.quiet();
    expect(await rows()).toHaveLength(6);
  });

  it('the lease of a worker that died expires', async () => {
    people(2);
    await sweep();
    await lab.database
      .$executeRaw`UPDATE team_syncs SET sweeping_until = now() - interval '1 second' WHERE team_id = ${teamId}::uuid`;
    expect(await sweep()).toMatchObject({ members: 2 });
  });
});

it('a member that can not be understood delays no other, and is read alone', async () => {
  const members = people(20);
  await sweep();
  lab.emulator.directory.setMember(members[7]?.member_id ?? '', { email_address: 'evil\0@acme.example' });
  lab.emulator.directory.silently(() => lab.emulator.directory.deprovision(members[8]?.member_id ?? ''));
  await sweep();
  await eventually(async () => expect(await lab.failedJobs()).toMatchObject([{ queue: 'rereads' }]));
  expect(await rows()).toHaveLength(20);
  expect((await statuses()).filter((status) => status === 'deactivated')).toHaveLength(1);
});
