import type { Database } from '../../../src/database/database.js';
import { databaseClock } from '../../../src/database/database.js';
import type { Instant } from '../../../src/directory/instant.js';
import type { ActiveMember, DirectoryMember } from '../../../src/directory/member.js';
import { converge, type Task } from '../../../src/sync/apply/converge.js';
import { createTestDatabase } from '../../helpers/database.js';
import { eventually } from '../../helpers/eventually.js';
import { rowsOf, seedTeam } from '../../helpers/rows.js';

let database: Database;
let drop: () => Promise<void>;
let team: string;

beforeEach(async () => {
  ({ database, drop } = await createTestDatabase());
  team = await seedTeam(database, {
    name: 'Acme',
    organizationId: 'org-acme',
    roles: ['scim:analyst', 'scim:admin', 'plain'],
  });
  await seedTeam(database, { name: 'Beta', organizationId: 'org-beta', roles: ['scim:analyst'] });
});
afterEach(() => drop());

function member(n: number | string, change: Partial<ActiveMember> = {}): ActiveMember {
  return {
    presence: 'active',
    memberId: `member-${n}`,
    organizationId: 'org-acme',
    email: `person-${n}@acme.example`,
    name: `Person ${n}`,
    externalId: `ext-${n}`,
    roleValues: [{ value: 'analyst', via: 'roles' }],
    isComplete: true,
    ...change,
  };
}

function gone(n: number | string): DirectoryMember {
  return { presence: 'gone', memberId: `member-${n}`, organizationId: 'org-acme', because: 'says_gone' };
}

async function apply(...members: DirectoryMember[]) {
  return applyAt(await databaseClock(database), ...members);
}

async function applyAt(fence: Instant, ...members: DirectoryMember[]) {
  const tasks = members.map((one): Task => ({ reading: { member: one, date: fence, isDirect: true }, occasions: [] }));
  return converge({ database }, tasks, { stampUnchanged: true });
}

it('changes nothing, not even a time stamp, if it is applied a second time', async () => {
  const everything = async () => [
    await rowsOf(database),
    await database.user.findMany({ select: { id: true, updatedAt: true } }),
    await database.roleGrant.findMany(),
  ];
  await apply(member(1), member(2));
  const before = await everything();
  const again = await apply(member(1), member(2));
  expect([...again.values()].map((result) => 'outcome' in result && result.outcome)).toEqual([
    'unchanged',
    'unchanged',
  ]);
  expect(await everything()).toEqual(before);
});

it('gives a leaver whose row belongs to another member now no new row, if a search can not show that they left', async () => {
  await apply(member(1));
  const left: Task = {
    reading: { member: gone(1), date: await databaseClock(database), isDirect: true },
    occasions: [{ trigger: 'hint', svixId: 'msg_left' }],
  };
  await converge({ database }, [left], { stampUnchanged: true });
  await apply(member('1-again', { email: 'person-1@acme.example', externalId: 'ext-1' })); // the person came back as a new member
  const before = await rowsOf(database);
  expect(before.filter(({ status }) => status === 'active')).toMatchObject([{ memberId: 'member-1-again' }]);
  const fence = await databaseClock(database);
  const partial = member(1, { externalId: null, roleValues: [], isComplete: false });
  const task: Task = { reading: { member: partial, date: fence, isDirect: false }, occasions: [] };
  const result = await converge({ database }, [task], { stampUnchanged: true });
  expect(result.get('member-1')).toEqual({ readDirectly: ['member-1'] });
  expect(await rowsOf(database)).toEqual(before);
});

it('writes a thousand members, their values and grants together', async () => {
  const people = Array.from({ length: 1000 }, (_, i) => member(i));
  await apply(...people);
  const [counts] = await database.$queryRaw<[{ users: number; values: number; grants: number }]>`
    SELECT (SELECT count(*) FROM users)::int AS users, (SELECT count(*) FROM idp_role_values)::int AS values,
      (SELECT count(*) FROM role_grants WHERE source = 'scim')::int AS grants`;
  expect(counts).toEqual({ users: 1000, values: 1000, grants: 1000 });
});

it('does not change bystanders: other teams, manual grants, other roles, other users', async () => {
  await apply(member('ada'), member('bob'), member('eve', { organizationId: 'org-beta' }));
  await database.$executeRaw`
    INSERT INTO role_grants (user_id, role_id, source)
    SELECT u.id, r.id, 'manual' FROM users u JOIN roles r ON r.team_id = u.team_id WHERE u.email LIKE 'person-ada%'`;
  await database.$executeRaw`
    INSERT INTO api_keys (team_id, name, owner_user_id) SELECT team_id, 'key', id FROM users
    UNION ALL SELECT id, 'nobody''s', NULL FROM teams`;
  const before = await rowsOf(database);
  await apply(gone('ada'));
  const after = await rowsOf(database);
  const others = (rows: typeof before) => rows.filter(({ user }) => user !== 'person-ada@acme.example');
  expect(others(after)).toEqual(others(before));
  const ada = after.find(({ user }) => user === 'person-ada@acme.example');
  expect(ada).toMatchObject({
    status: 'deactivated',
    values: [],
    grants: ['plain (manual)', 'scim:admin (manual)', 'scim:analyst (manual)'],
    keys: ['key revoked'],
  });
});

it('applies an e-mail swap within one batch and within two', async () => {
  await apply(member(1), member(2));
  await apply(member(1, { email: 'person-2@acme.example' }), member(2, { email: 'person-1@acme.example' }));
  await apply(member(1));
  await apply(member(2));
  expect((await rowsOf(database)).map(({ user }) => user)).toEqual(['person-1@acme.example', 'person-2@acme.example']);
});

it('creates one user for a new member, even with many workers at once', async () => {
  await Promise.all(Array.from({ length: 5 }, () => apply(member(1), member(2), member(3))));
  expect((await rowsOf(database)).map(({ user }) => user)).toHaveLength(3);
});

it('has one user for two new members with one external id, if one has left, in any order', async () => {
  const returning = member('1b', { externalId: 'ext-1' });
  await Promise.all([apply(member(1)), apply(gone(1), returning)]);
  await apply(gone(1), returning);
  expect((await rowsOf(database)).filter(({ status }) => status === 'active')).toHaveLength(1);
});

it('ignores a reading that is older than the row', async () => {
  const older = await databaseClock(database);
  await apply(member(1));
  const before = await rowsOf(database);
  const late = await applyAt(older, gone(1));
  expect(late.get('member-1')).toMatchObject({ outcome: 'superseded' });
  expect(await rowsOf(database)).toEqual(before);
});

it('ignores it even if the newer reading changed nothing', async () => {
  await apply(member(1));
  const older = await databaseClock(database);
  await apply(member(1));
  expect((await applyAt(older, gone(1))).get('member-1')).toMatchObject({ outcome: 'superseded' });
});

describe('what is recorded of hints', () => {
  const recorded = async (onlyIfApplied: boolean | undefined) => {
    const older = await databaseClock(database);
    await apply(member('late'), member('same'));
    const date = await databaseClock(database);
    const tasks = [
      { member: gone('late'), date: older },
      { member: gone('stranger'), date },
      { member: member('same'), date },
      { member: member('new'), date },
      { member: member('elsewhere', { organizationId: 'org-unknown' }), date },
    ].map(
      (reading, n): Task => ({
        reading: { ...reading, isDirect: true },
        occasions: [{ trigger: 'hint', svixId: `msg_${n}` }],
      }),
    );
    const options = onlyIfApplied === undefined ? {} : { onlyIfApplied };
    await converge({ database }, tasks, { stampUnchanged: true, ...options });
    const events = await database.syncEvent.findMany({ orderBy: { svixId: 'asc' } });
    return events.map(({ stytchMemberId, outcome }) => [stytchMemberId, outcome]);
  };

  it.each([undefined, false])('is everything, whatever became of them (onlyIfApplied: %s)', async (onlyIfApplied) => {
    expect(await recorded(onlyIfApplied)).toEqual([
      ['member-late', 'superseded'],
      ['member-stranger', 'unknown_member'],
      ['member-same', 'unchanged'],
      ['member-new', 'changed'],
      ['member-elsewhere', 'unknown_team'],
    ]);
  });

  it('is only what was applied, where the others are handled another way', async () => {
    expect(await recorded(true)).toEqual([
      ['member-same', 'unchanged'],
      ['member-new', 'changed'],
    ]);
  });
});

describe('a transaction that collides with another', () => {
  /** Each try inserts the user once; a sequence counts also what is rolled back. */
  const collide = async (times: number) => {
    await database.$executeRaw`CREATE SEQUENCE tries`;
    await database.$executeRawUnsafe(`
      CREATE FUNCTION collide() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF nextval('tries') <= ${times} THEN RAISE EXCEPTION USING ERRCODE = 'deadlock_detected'; END IF;
        RETURN NEW; END $$`);
    await database.$executeRaw`CREATE TRIGGER collide BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION collide()`;
  };
  const tries = async () => {
    const [row] = await database.$queryRaw<[{ tries: number }]>`SELECT last_value::int AS tries FROM tries`;
    return row.tries;
  };

  it('is tried again, up to four times', async () => {
    await collide(3);
    expect((await apply(member(1))).get('member-1')).toMatchObject({ outcome: 'changed' });
    expect(await tries()).toBe(4);
  });

  it('fails for now after four tries', async () => {
    await collide(4);
    expect(String((await apply(member(1))).get('member-1'))).toBe(
      'TransientError: The Scanner database refused to write a member because of a collision (40P01). It will be tried again.',
    );
    expect(await tries()).toBe(4);
  });

  it('is tried again when a row was linked to another member in the middle', async () => {
    await apply(member(1));
    let applied: ReturnType<typeof apply> | undefined;
    await database.$transaction(async (tx) => {
      await tx.$executeRaw`UPDATE users SET stytch_member_id = 'member-other', scim_external_id = 'ext-other'`;
      applied = apply(member(1)); // sees the row, and waits for its lock
      await eventually(async () => expect(await waitingForLocks()).toBe(1));
    });
    expect((await applied)?.get('member-1')).toMatchObject({ outcome: 'changed' });
    expect((await rowsOf(database)).map(({ memberId }) => memberId)).toEqual(['member-1', 'member-other']);
  });

  const waitingForLocks = async () => {
    const [row] = await database.$queryRaw<[{ count: number }]>`
      SELECT count(*)::int AS count FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    return row.count;
  };
});

describe('a member that the database refuses', () => {
  /** A stand-in for any unexpected problem of one row. */
  beforeEach(async () => {
    await database.$executeRaw`ALTER TABLE users ADD CONSTRAINT no_poison CHECK (name <> 'Poison')`;
  });

  it('fails alone, and all others are written', async () => {
    const people = Array.from({ length: 100 }, (_, i) => member(i, i === 42 ? { name: 'Poison' } : {}));
    const results = await apply(...people);
    const failed = [...results].filter(([, result]) => result instanceof Error);
    expect(failed).toEqual([['member-42', expect.objectContaining({ name: 'PermanentError' })]]);
    expect(await rowsOf(database)).toHaveLength(99);
  });

  it('has an error without its content', async () => {
    const results = await apply(member(1, { name: 'Poison' }));
    expect(String(results.get('member-1'))).toBe(
      "PermanentError: The Scanner database can't store what Stytch says about a member (23514, constraint no_poison). Look at the member in Stytch's dashboard.",
    );
  });
});

it('writes a member with thousands of roles, and the others', async () => {
  const roleValues = Array.from({ length: 9000 }, (_, i) => ({ value: `role-${i}`, via: 'roles' as const }));
  await apply(member(1, { roleValues }), member(2, { roleValues }), member(3, { roleValues }), member(4));
  const counts = (await rowsOf(database)).map(({ values }) => values.length);
  expect(counts).toEqual([9000, 9000, 9000, 1]);
});

it('does not grant a role that is renamed between plan and commit', async () => {
  await database.$executeRaw`
    CREATE FUNCTION rename_role() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      UPDATE roles SET name = 'scim:renamed' WHERE name = 'scim:analyst' AND team_id = NEW.team_id; RETURN NEW; END $$`;
  await database.$executeRaw`CREATE TRIGGER rename AFTER INSERT ON users FOR EACH ROW EXECUTE FUNCTION rename_role()`;
  await apply(member(1));
  expect(await rowsOf(database)).toMatchObject([{ grants: [] }]);
});

it('reports that the database is unavailable, and writes all or nothing, if the connection breaks', async () => {
  await database.$executeRaw`
    CREATE FUNCTION crash() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END $$`;
  await database.$executeRaw`CREATE TRIGGER crash AFTER INSERT ON role_grants EXECUTE FUNCTION crash()`;
  const results = await apply(member(1), member(2));
  expect([...results.values()].map(String)).toEqual(
    Array(2).fill('TransientError: The Scanner database did not answer (57P01).'),
  );
  expect(await rowsOf(database)).toEqual([]);
});

it('does not mix two teams that have the same value', async () => {
  await apply(member(1), member(2, { organizationId: 'org-beta' }));
  const grants = await database.roleGrant.findMany({ include: { user: true, role: true } });
  expect(grants).toHaveLength(2);
  for (const { user, role } of grants) expect(role.teamId).toBe(user.teamId);
  expect(grants.map(({ user }) => user.teamId)).toContain(team);
});
