import fc from 'fast-check';
import { type Database, databaseClock } from '../../../src/database/database.js';
import type { ActiveMember, DirectoryMember } from '../../../src/directory/member.js';
import { plan } from '../../../src/directory/plan.js';
import type { Reading } from '../../../src/directory/world.js';
import { converge } from '../../../src/sync/apply/converge.js';
import { loadWorld } from '../../../src/sync/apply/load-world.js';
import { compare } from '../../../src/sync/sweep/compare.js';
import { createTestDatabase } from '../../helpers/database.js';
import { seedTeam } from '../../helpers/rows.js';

let database: Database;
let drop: () => Promise<void>;
let teamId: string;

beforeEach(async () => {
  ({ database, drop } = await createTestDatabase());
  teamId = await seedTeam(database, {
    name: 'Acme',
    organizationId: 'org-acme',
    roles: ['scim:analyst', 'scim:ädmin', 'x'],
  });
});
afterEach(() => drop());

function member(n: number, change: Partial<ActiveMember> = {}): ActiveMember {
  return {
    presence: 'active',
    memberId: `member-${n}`,
    organizationId: 'org-acme',
    email: `p${n}@acme.example`,
    name: `Päul ${n} 😀`,
    externalId: n % 2 ? `e${n}` : null,
    isComplete: true,
    roleValues: [
      { value: 'ädmin', via: 'groups' },
      { value: 'analyst', via: 'roles' },
      { value: 'a:b', via: 'roles' },
    ],
    ...change,
  };
}
const gone = (n: number): DirectoryMember => ({
  presence: 'gone',
  memberId: `member-${n}`,
  organizationId: 'org-acme',
  because: 'says_gone',
});
const readings = async (...members: DirectoryMember[]): Promise<Reading[]> => {
  const date = await databaseClock(database);
  return members.map((one) => ({ member: one, date, isDirect: true }));
};
const apply = async (...members: DirectoryMember[]) =>
  converge(
    { database },
    (await readings(...members)).map((reading) => ({ reading, occasions: [] })),
    { stampUnchanged: true },
  );
const right = async (...members: DirectoryMember[]) => [
  ...(await compare(database, await readings(...members))).keys(),
];

it('accepts members whose rows are right: active or not, with values in any order, and without a user', async () => {
  await apply(member(1), member(2), member(3));
  await apply(gone(3));
  const backwards = member(2, { roleValues: [...member(2).roleValues].reverse() });
  expect(await right(member(1), backwards, gone(3), gone(4))).toEqual(['member-1', 'member-2', 'member-3', 'member-4']);
  const users = await database.user.findMany({ orderBy: { email: 'asc' } });
  const found = await compare(database, await readings(member(1), gone(3), gone(4)));
  expect([...found.values()]).toEqual([users[0]?.id, null, null]);
});

it.each<[string, (n: number) => DirectoryMember]>([
  ['another e-mail', (n) => member(n, { email: 'x@acme.example' })],
  ['another name', (n) => member(n, { name: 'X' })],
  ['another external id', (n) => member(n, { externalId: 'x' })],
  ['no external id', (n) => member(n, { externalId: null })],
  ['a value more', (n) => member(n, { roleValues: [...member(n).roleValues, { value: 'y', via: 'roles' }] })],
  ['a value less', (n) => member(n, { roleValues: member(n).roleValues.slice(1) })],
  ['no values', (n) => member(n, { roleValues: [] })],
  [
    'a value from elsewhere',
    (n) => member(n, { roleValues: [{ value: 'ädmin', via: 'roles' }, ...member(n).roleValues.slice(1)] }),
  ],
  ['another organization', (n) => member(n, { organizationId: 'org-beta' })],
  ['that they left', gone],
])('does not accept a member with %s', async (_, changed) => {
  await apply(member(1), member(3));
  expect(await right(changed(1), member(3))).toEqual(['member-3']);
});

it.each([
  ['a grant was taken by hand', 'DELETE FROM role_grants'],
  [
    'a grant was given in our name',
    `INSERT INTO role_grants (user_id, role_id, source) SELECT u.id, r.id, 'scim' FROM users u, roles r WHERE r.name = 'x'`,
  ],
  ['a role was renamed', `UPDATE roles SET name = 'scim:other' WHERE name = 'scim:analyst'`],
  ['a value was removed', `DELETE FROM idp_role_values WHERE value = 'analyst'`],
  ['the status was changed', `UPDATE users SET status = 'deactivated'`],
  ['it is dated in the future', `UPDATE users SET observed_at = now() + interval '1 hour'`],
])('does not accept a row that was changed by hand: %s', async (_, sql) => {
  await apply(member(1));
  expect(await right(member(1))).toEqual(['member-1']);
  await database.$executeRawUnsafe(sql);
  expect(await right(member(1))).toEqual([]);
});

it('does not accept a leaver who still has a value, a grant or a live key', async () => {
  await apply(member(1), member(2), member(3));
  await apply(gone(1), gone(2), gone(3));
  const users = await database.user.findMany({ orderBy: { email: 'asc' } });
  const role = await database.role.findFirstOrThrow({ where: { name: 'scim:analyst' } });
  await database.apiKey.create({ data: { teamId, name: 'late', ownerUserId: users[0]?.id ?? '' } });
  await database.roleGrant.create({ data: { userId: users[1]?.id ?? '', roleId: role.id, source: 'scim' } });
  expect(await right(gone(1), gone(2), gone(3))).toEqual(['member-3']);
});

it('agrees with the plan about every member', async () => {
  const value = fc.record({
    value: fc.constantFrom('analyst', 'ädmin', 'x', ':', ''),
    via: fc.constantFrom('roles', 'groups'),
  });
  const anyone = fc.record({
    email: fc.constantFrom('a@b.example', 'A@b.example'),
    name: fc.constantFrom('', 'A', 'Ä'),
    externalId: fc.constantFrom(null, 'e', 'f'), // made each member's own: whose row a newcomer's is, only the plan decides
    roleValues: fc.uniqueArray(value, { selector: ({ value, via }) => `${via}${value}`, maxLength: 3 }),
    isGone: fc.boolean(),
  });
  const of = ({ isGone, externalId, ...said }: { isGone: boolean; externalId: string | null }, n: number) => {
    const own = externalId === null ? null : `${externalId}${n}`;
    return isGone ? gone(n) : member(n, { ...said, externalId: own } as Partial<ActiveMember>);
  };
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(anyone, anyone), { minLength: 1, maxLength: 8 }), async (pairs) => {
      await database.user.deleteMany();
      await database.sharedExternalId.deleteMany();
      await apply(...pairs.map(([before], n) => of(before, n)));
      const now = await readings(...pairs.map(([, after], n) => of(after, n)));
      const planned = plan(await database.$transaction((tx) => loadWorld(tx, now)), now);
      const isRight = (memberId: string) => {
        const decision = planned.get(memberId);
        const nothing = decision?.decision === 'leave' && decision.because === 'unknown_member';
        return nothing || (decision?.decision === 'write' && decision.changes.length === 0);
      };
      const expected = now.map(({ member: { memberId } }) => memberId).filter(isRight);
      expect([...(await compare(database, now)).keys()].sort()).toEqual(expected.sort());
    }),
    { numRuns: 30 },
  );
});
