import { type RoleEffect, roleEffect } from '../../src/admin/roles/effects.js';
import { createTestDatabase, type TestDatabase } from '../helpers/database.js';
import { seedTeam } from '../helpers/rows.js';

let test: TestDatabase;
let teamId: string;
let roleId: string;

beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test.drop());
beforeEach(async () => {
  teamId = await seedTeam(test.database, { name: 'Acme', organizationId: null, roles: ['scim:analyst'] });
  const role = await test.database.role.findFirstOrThrow({ where: { teamId } });
  roleId = role.id;
});

type Someone = { name: string; values?: string[]; granted?: ('scim' | 'manual')[]; status?: string };

async function add(...all: Someone[]): Promise<void> {
  for (const { name, values = [], granted = [], status = 'active' } of all) {
    await test.database.user.create({
      data: {
        teamId,
        name,
        status,
        email: `${name}@acme.example`,
        idpRoleValues: { create: values.map((value) => ({ value, via: 'groups' })) },
        grants: { create: granted.map((source) => ({ roleId, source })) },
      },
    });
  }
}

const remove = (name: string) => test.database.user.deleteMany({ where: { teamId, name } });
const names = ({ gain, lose, loseManual }: RoleEffect) =>
  [gain, lose, loseManual].map(({ people }) => people.map(({ name }) => name));
const newRole = (value: string) => roleEffect(test.database, { teamId, roleId: null, value });
const newName = (value: string) => roleEffect(test.database, { teamId, roleId, value });
const noRole = () => roleEffect(test.database, { teamId, roleId, value: null });

it('when the holders are already right, nobody gains or loses', async () => {
  await add(
    { name: 'ada', values: ['analyst'], granted: ['scim'] },
    { name: 'bob', values: ['analyst'], granted: ['scim', 'manual'] },
  );
  const none = { total: 0, people: [] };
  expect(await newName('analyst')).toMatchObject({ gain: none, lose: none, loseManual: none });
});

it('active holders gain a new role; a new name also takes it from others; manual grants go only with the role', async () => {
  await add(
    { name: 'ada', values: ['analyst'], granted: ['scim'] },
    { name: 'bob', values: ['analyst', 'owner'], granted: ['scim', 'manual'] },
    { name: 'cy', values: ['owner', 'Owner'] },
    { name: 'dan', values: ['owner'], status: 'deactivated' },
  );
  const elsewhere = await seedTeam(test.database, { name: 'Beta', organizationId: null });
  await test.database.user.create({
    data: {
      teamId: elsewhere,
      email: 'zoe@beta.example',
      idpRoleValues: { create: [{ value: 'owner', via: 'roles' }] },
    },
  });
  expect(names(await newRole('owner'))).toEqual([['bob', 'cy'], [], []]);
  expect(names(await newName('owner'))).toEqual([['cy'], ['ada'], []]);
  expect(names(await noRole())).toEqual([[], ['ada', 'bob'], ['bob']]);
});

it('the fingerprint depends only on who gains and who loses', async () => {
  await add({ name: 'ada', values: ['owner'] }, { name: 'bob', values: ['owner'] });
  const first = (await newRole('owner')).fingerprint;
  expect(first).toMatch(/^[\w-]{22}$/);
  await add({ name: 'cy', values: ['owner'], granted: ['scim'] });
  expect((await newName('owner')).fingerprint).toBe(first); // cy has it already
  const seen = new Set([first, (await newRole('owner')).fingerprint, (await noRole()).fingerprint]);
  await remove('ada');
  seen.add((await newName('owner')).fingerprint);
  await add({ name: 'ada', values: ['owner'] }); // of the same name, and somebody else
  seen.add((await newName('owner')).fingerprint);
  await add({ name: 'dan', granted: ['manual'] });
  seen.add((await noRole()).fingerprint);
  expect(seen.size).toBe(6);
});

it('lists fifty by name, and counts the rest', async () => {
  await add(...Array.from({ length: 120 }, (_, n) => ({ name: `p${String(n).padStart(3, '0')}`, values: ['owner'] })));
  const { gain } = await newRole('owner');
  expect([gain.total, gain.people.length, gain.people[0]?.name, gain.people[49]?.name]).toEqual([
    120,
    50,
    'p000',
    'p049',
  ]);
  expect(Object.keys(gain.people[0] ?? {}).sort()).toEqual(['email', 'id', 'name']);
});
