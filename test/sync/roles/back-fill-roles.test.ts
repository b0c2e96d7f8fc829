import fc from 'fast-check';
import type { Database } from '../../../src/database/database.js';
import { databaseClock } from '../../../src/database/database.js';
import type { ActiveMember } from '../../../src/directory/member.js';
import { converge } from '../../../src/sync/apply/converge.js';
import { backFillRoles } from '../../../src/sync/roles/back-fill-roles.js';
import { createTestDatabase } from '../../helpers/database.js';
import { eventually } from '../../helpers/eventually.js';
import { rowsOf, seedTeam } from '../../helpers/rows.js';

let database: Database;
let drop: () => Promise<void>;
let team: string;

beforeEach(async () => {
  ({ database, drop } = await createTestDatabase());
  team = await seedTeam(database, { name: 'Acme', organizationId: 'org-acme', roles: ['scim:admin', 'plain'] });
  await seedTeam(database, { name: 'Beta', organizationId: 'org-beta' });
  await apply(member('ada', ['analyst', 'admin']), member('bob', ['analyst']), member('cyd', []));
  await apply({ ...member('eve', ['analyst']), organizationId: 'org-beta' });
  await backFillRoles(database);
});
afterEach(() => drop());

function member(name: string, values: string[]): ActiveMember {
  const roleValues = values.map((value) => ({ value, via: 'roles' as const }));
  const email = `${name}@acme.example`;
  return {
    presence: 'active',
    memberId: `member-${name}`,
    organizationId: 'org-acme',
    email,
    name,
    externalId: name,
    roleValues,
    isComplete: true,
  };
}

async function apply(...members: Parameters<typeof converge>[1][number]['reading']['member'][]) {
  const fence = await databaseClock(database);
  const tasks = members.map((one) => ({ reading: { member: one, date: fence, isDirect: true }, occasions: [] }));
  return converge({ database }, tasks, { stampUnchanged: true });
}

async function grants(): Promise<Record<string, string[]>> {
  return Object.fromEntries((await rowsOf(database)).map((row) => [row.name, row.grants]));
}

const role = (name: string, teamId = team) =>
  database.$executeRaw`INSERT INTO roles (team_id, name) VALUES (${teamId}::uuid, ${name})`;
const rename = (from: string, to: string) =>
  database.$executeRaw`UPDATE roles SET name = ${to} WHERE name = ${from} AND team_id = ${team}::uuid`;
const remove = (name: string) =>
  database.$executeRaw`DELETE FROM roles WHERE name = ${name} AND team_id = ${team}::uuid`;
const pending = () => database.roleChange.count();
/** As if the time had passed in which an older transaction may miss the change. */
const later = () => database.$executeRaw`UPDATE role_changes SET seen_at = now() - interval '1 minute'`;

it('has nothing to do when no role changed', async () => {
  await later();
  await backFillRoles(database);
  const before = await grants();
  expect(await pending()).toBe(0);
  expect(await backFillRoles(database)).toBe(0);
  expect(await grants()).toEqual(before);
});

it('grants a new role to every user with its value, and records it', async () => {
  await role('scim:analyst');
  expect(await backFillRoles(database)).toBe(2);
  expect(await grants()).toEqual({
    ada: ['scim:admin (scim)', 'scim:analyst (scim)'],
    bob: ['scim:analyst (scim)'],
    cyd: [],
    eve: [],
  });
  const events = await database.syncEvent.findMany({ where: { trigger: 'role' } });
  expect(events).toMatchObject(
    Array(2).fill({ teamId: team, outcome: 'changed', changes: [{ type: 'role_granted', role: 'scim:analyst' }] }),
  );
  expect(await backFillRoles(database)).toBe(0);
});

it('after a rename, the old value loses the role and the new value gains it', async () => {
  await rename('scim:admin', 'scim:analyst');
  expect(await backFillRoles(database)).toBe(1);
  expect(await grants()).toMatchObject({ ada: ['scim:analyst (scim)'], bob: ['scim:analyst (scim)'], cyd: [] });
});

it('revokes its grants when a role is not a scim role any more', async () => {
  await rename('scim:admin', 'administrators');
  expect(await backFillRoles(database)).toBe(1);
  expect(await grants()).toMatchObject({ ada: [] });
});

it('records the users of a role that is deleted', async () => {
  await remove('scim:admin');
  expect(await grants()).toMatchObject({ ada: [] });
  const { id: userId } = await database.user.findUniqueOrThrow({ where: { stytchMemberId: 'member-ada' } });
  expect(await database.syncEvent.findMany({ where: { trigger: 'role' } })).toMatchObject([
    { teamId: team, userId, outcome: 'changed', changes: [{ type: 'role_revoked', role: 'scim:admin' }] },
  ]);
});

it('does not change bystanders: other teams, manual grants, other roles, leavers', async () => {
  await database.$executeRaw`
    INSERT INTO role_grants (user_id, role_id, source)
    SELECT u.id, r.id, 'manual' FROM users u JOIN roles r ON r.team_id = u.team_id WHERE u.name IN ('ada', 'cyd')`;
  await apply({ presence: 'gone', memberId: 'member-bob', organizationId: 'org-acme', because: 'says_gone' });
  await role('scim:analyst');
  await rename('plain', 'plainer');
  await backFillRoles(database);
  await remove('scim:analyst');
  await backFillRoles(database);
  const manual = ['plainer (manual)', 'scim:admin (manual)'];
  expect(await grants()).toEqual({ ada: [...manual, 'scim:admin (scim)'].sort(), bob: [], cyd: manual, eve: [] });
});

it('checks again until no transaction is left that could have missed the change', async () => {
  await role('scim:analyst');
  await backFillRoles(database);
  expect(await pending()).toBeGreaterThan(0);
  // A worker that has read the roles before the change commits now, without the grant.
  await database.$executeRaw`
    DELETE FROM role_grants g USING users u WHERE u.id = g.user_id AND u.name = 'bob'`;
  expect(await backFillRoles(database)).toBe(1);
  expect(await grants()).toMatchObject({ bob: ['scim:analyst (scim)'] });
  await later();
  await backFillRoles(database);
  expect(await pending()).toBe(0);
});

it('grants nothing to a user who leaves at the same time', async () => {
  await role('scim:analyst');
  let filled: Promise<number> | undefined;
  await database.$transaction(async (tx) => {
    await tx.$executeRaw`UPDATE users SET status = 'deactivated' WHERE name = 'bob'`;
    await tx.$executeRaw`DELETE FROM idp_role_values v USING users u WHERE u.id = v.user_id AND u.name = 'bob'`;
    filled = backFillRoles(database);
    await eventually(async () => {
      const [{ waiting }] = await database.$queryRaw<[{ waiting: number }]>`
        SELECT count(*)::int AS waiting FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'`;
      return waiting > 0; // for the leaver's row
    });
  });
  expect(await filled).toBe(1);
  expect(await grants()).toMatchObject({ ada: ['scim:admin (scim)', 'scim:analyst (scim)'], bob: [] });
});

it('notes the changes of a writer that has rights on roles only', async () => {
  await database.$executeRaw`CREATE ROLE role_writer`;
  try {
    await database.$executeRaw`GRANT USAGE ON SCHEMA public TO role_writer`;
    await database.$executeRaw`GRANT SELECT, INSERT, UPDATE, DELETE ON roles TO role_writer`;
    await database.$transaction(async (tx) => {
      await tx.$executeRaw`SET LOCAL ROLE role_writer`;
      await tx.$executeRaw`INSERT INTO roles (team_id, name) VALUES (${team}::uuid, 'scim:analyst')`;
      await tx.$executeRaw`DELETE FROM roles WHERE name = 'scim:admin' AND team_id = ${team}::uuid`;
    });
    await backFillRoles(database);
    expect(await grants()).toMatchObject({ ada: ['scim:analyst (scim)'], bob: ['scim:analyst (scim)'] });
  } finally {
    await database.$executeRaw`DROP OWNED BY role_writer`;
    await database.$executeRaw`DROP ROLE role_writer`;
  }
});

it('ends in the same grants as the plan, after any changes of roles', async () => {
  const name = fc.constantFrom('scim:analyst', 'scim:admin', 'analyst', 'scim:Admin', 'scim:other');
  const act = fc.oneof(
    fc.record({ act: fc.constant('add' as const), name }),
    fc.record({ act: fc.constant('remove' as const), name }),
    fc.record({ act: fc.constant('rename' as const), name, to: name }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(act, { maxLength: 8 }), async (acts) => {
      for (const one of acts) {
        // The database refuses two roles with one name; that is not tested here.
        if (one.act === 'add') await role(one.name).catch(() => {});
        if (one.act === 'remove') await remove(one.name);
        if (one.act === 'rename') await rename(one.name, one.to).catch(() => {});
      }
      await backFillRoles(database);
      const filled = await grants();
      const results = await apply(member('ada', ['analyst', 'admin']), member('bob', ['analyst']), member('cyd', []));
      expect([...results.values()].map((result) => 'outcome' in result && result.outcome)).toEqual(
        Array(3).fill('unchanged'),
      );
      expect(await grants()).toEqual(filled);
    }),
    { numRuns: 30 },
  );
});
