import { type ApiAnswer, signInAdmin, type TestAdmin } from '../helpers/admin.js';
import { type Lab, startLab } from '../helpers/lab.js';

let lab: Lab;
let admin: TestAdmin;
let other: TestAdmin;

beforeAll(async () => {
  lab = await startLab({ worker: false });
});
beforeEach(async () => {
  admin = await signInAdmin(lab, { roles: ['scim:admins', 'Analyst', 'by hand'] });
  other = await signInAdmin(lab, { name: 'Beta', roles: ['scim:admins'] });
  await person(other.teamId, 'zoe', ['analyst', 'admins'], { granted: ['scim:admins'] });
});
afterAll(() => lab.stop());

const problem = ({ status, body }: ApiAnswer) => [status, body.error.code];

type PersonFields = { granted?: string[]; status?: string };

/** A user as the reconciler leaves it, with IdP role values and SCIM grants. */
async function person(
  teamId: string,
  name: string,
  values: string[],
  { granted = [], status = 'active' }: PersonFields = {},
) {
  const roles = await lab.database.role.findMany({ where: { teamId, name: { in: granted } } });
  const { id } = await lab.database.user.create({
    data: {
      teamId,
      name,
      status,
      email: `${name}@acme.example`,
      stytchMemberId: `member-${teamId}-${name}`,
      idpRoleValues: { create: values.map((value) => ({ value, via: 'groups' })) },
      grants: { create: roles.map((role) => ({ roleId: role.id, source: 'scim' })) },
    },
  });
  return id;
}

const roleNames = async (teamId: string) =>
  (await lab.database.role.findMany({ where: { teamId }, orderBy: { name: 'asc' } })).map(({ name }) => name);
const acts = async () =>
  (await lab.database.auditLog.findMany({ where: { actor: admin.memberId }, orderBy: { id: 'asc' } })).map((act) => [
    act.action,
    act.details,
  ]);
const names = ({ people }: { people: { name: string }[] }) => people.map(({ name }) => name);

it('a new team has no values, but its SCIM roles', async () => {
  const { body } = await admin.api('GET', '/roles');
  expect(body).toEqual({
    values: [],
    valuesTotal: 0,
    ignoredTotal: 0,
    nextValuesCursor: null,
    scimRoles: [{ id: expect.any(String), name: 'scim:admins', permissions: [], scimGrants: 0, manualGrants: 0 }],
    scimRolesTotal: 1,
    nextScimRolesCursor: null,
  });
});

it('shows each value with its origins, holders, and role or near miss, for active people of this team only', async () => {
  const ada = await person(admin.teamId, 'ada', ['admins', 'analyst'], { granted: ['scim:admins'] });
  await lab.database.idpRoleValue.create({ data: { userId: ada, value: 'analyst', via: 'roles' } });
  await person(admin.teamId, 'bob', ['analyst']);
  await person(admin.teamId, 'cy', ['analyst', 'gone'], { status: 'deactivated' });
  const { values, valuesTotal, scimRoles } = (await admin.api('GET', '/roles')).body;
  expect(values).toEqual([
    {
      value: 'analyst',
      via: ['groups', 'roles'],
      holders: 2,
      role: null,
      nearMiss: { role: expect.objectContaining({ name: 'Analyst' }), because: ['prefix', 'case'] },
      ignored: false,
    },
    {
      value: 'admins',
      via: ['groups'],
      holders: 1,
      role: expect.objectContaining({ name: 'scim:admins' }),
      nearMiss: null,
      ignored: false,
    },
  ]);
  expect([valuesTotal, scimRoles[0].scimGrants]).toEqual([2, 1]);
});

it('previews and creates scim:value with permissions, and leaves the grants to the back-fill', async () => {
  await person(admin.teamId, 'ada', ['analyst']);
  await person(admin.teamId, 'bob', ['Analyst']);
  const preview = await admin.api('POST', '/roles?preview=true', { value: 'analyst' });
  expect([preview.status, names(preview.body.effect.gain)]).toEqual([200, ['ada']]);
  expect(await roleNames(admin.teamId)).not.toContain('scim:analyst');
  const made = await admin.api('POST', '/roles', { value: ' analyst ', permissions: ['Query', 'Query', ' My own '] });
  expect([made.status, made.body]).toMatchObject([201, { name: 'scim:analyst', permissions: ['Query', 'My own'] }]);
  expect(await acts()).toEqual([
    ['role.create', { teamId: admin.teamId, role: 'scim:analyst', gain: 1, permissions: ['Query', 'My own'] }],
  ]);
  expect(await lab.database.roleGrant.count({ where: { roleId: made.body.id } })).toBe(0);
  expect(await roleNames(other.teamId)).toEqual(['scim:admins']);
});

it('accepts the full name too', async () => {
  const made = await admin.api('POST', '/roles', { name: 'scim:Äußere Stelle', permissions: [] });
  expect([made.status, made.body.name]).toEqual([201, 'scim:Äußere Stelle']);
});

it('an existing role is not created again, also by two concurrent clicks', async () => {
  expect(problem(await admin.api('POST', '/roles', { value: 'admins' }))).toEqual([409, 'role_exists']);
  const both = await Promise.all([1, 2].map(() => admin.api('POST', '/roles', { value: 'twice' })));
  expect(both.map(({ status }) => status).sort()).toEqual([201, 409]);
});

it('an outdated preview must be confirmed again', async () => {
  const { fingerprint } = (await admin.api('POST', '/roles?preview=true', { value: 'analyst' })).body.effect;
  await person(admin.teamId, 'ada', ['analyst']);
  const late = await admin.api('POST', '/roles', { value: 'analyst', fingerprint });
  expect(problem(late)).toEqual([409, 'changed_meanwhile']);
  const again = (await admin.api('POST', '/roles?preview=true', { value: 'analyst' })).body.effect;
  expect((await admin.api('POST', '/roles', { value: 'analyst', fingerprint: again.fingerprint })).status).toBe(201);
});

it('previews and renames; manual grants stay', async () => {
  await person(admin.teamId, 'ada', ['admins'], { granted: ['scim:admins'] });
  await person(admin.teamId, 'bob', ['admins', 'owners'], { granted: ['scim:admins'] });
  await person(admin.teamId, 'cy', ['owners']);
  const { id } = await lab.database.role.findFirstOrThrow({ where: { teamId: admin.teamId, name: 'scim:admins' } });
  const { effect, role } = (await admin.api('PATCH', `/roles/${id}?preview=true`, { value: 'owners' })).body;
  expect([role.name, names(effect.gain), names(effect.lose)]).toEqual(['scim:admins', ['cy'], ['ada']]);
  const renamed = await admin.api('PATCH', `/roles/${id}`, { value: 'owners', fingerprint: effect.fingerprint });
  expect([renamed.status, renamed.body.name]).toEqual([200, 'scim:owners']);
  expect(await acts()).toEqual([
    ['role.rename', { teamId: admin.teamId, role: 'scim:owners', was: 'scim:admins', gain: 1, lose: 1 }],
  ]);
  expect(await lab.database.roleChange.count({ where: { teamId: admin.teamId } })).toBeGreaterThan(0);
});

it('previews and changes permissions, with the added and removed ones and the holders', async () => {
  await person(admin.teamId, 'ada', ['admins'], { granted: ['scim:admins'] });
  const { id } = await lab.database.role.findFirstOrThrow({ where: { teamId: admin.teamId, name: 'scim:admins' } });
  await admin.api('PATCH', `/roles/${id}`, { permissions: ['Query', 'Old'] });
  const change = { permissions: ['Query', 'Admin', 'Admin'] };
  const preview = (await admin.api('PATCH', `/roles/${id}?preview=true`, change)).body;
  expect([preview.permissionChange, names(preview.holders)]).toEqual([{ added: ['Admin'], removed: ['Old'] }, ['ada']]);
  expect((await lab.database.role.findUniqueOrThrow({ where: { id } })).permissions).toEqual(['Query', 'Old']);
  const { fingerprint } = preview.effect;
  const changed = await admin.api('PATCH', `/roles/${id}`, { ...change, fingerprint });
  expect([changed.status, changed.body.name, changed.body.permissions]).toEqual([
    200,
    'scim:admins',
    ['Query', 'Admin'],
  ]);
  expect((await acts()).at(-1)).toEqual([
    'role.permissions',
    { teamId: admin.teamId, role: 'scim:admins', added: ['Admin'], removed: ['Old'], holders: 1 },
  ]);
  expect(problem(await admin.api('PATCH', `/roles/${id}`, { permissions: [], fingerprint }))).toEqual([
    409,
    'changed_meanwhile',
  ]);
  expect(problem(await admin.api('PATCH', `/roles/${id}`, {}))).toEqual([400, 'bad_input']);
  expect(await roleNames(other.teamId)).toEqual(['scim:admins']);
});

it('on the pages a wrong permission is corrected without deleting the role', async () => {
  const { id } = (await admin.api('POST', '/roles', { value: 'analyst', permissions: ['Admin'] })).body;
  const form = { permissions: ['Query'], morePermissions: 'Own Dashboards' };
  const preview = await admin.page(`/roles/${id}/permissions/preview`, form);
  expect(preview.text).toContain('Added: Query, Own Dashboards.');
  expect(preview.text).toContain('Removed: Admin.');
  const fingerprint = /name="fingerprint" value="([^"]+)"/.exec(preview.text)?.[1] ?? '';
  const permissions = ['Query', 'Own Dashboards'];
  const done = await admin.page(`/roles/${id}/permissions`, { permissions, fingerprint });
  expect([done.status, done.headers.get('location')]).toEqual([303, '/settings/scim/roles?done=role-permissions']);
  expect((await lab.database.role.findUniqueOrThrow({ where: { id } })).permissions).toEqual(permissions);
});

it('a typed prefix is removed, unless the identity provider sends it', async () => {
  const typed = await admin.page('/roles/new?value=scim%3A%20analyst&like=x');
  expect([typed.status, typed.headers.get('location')]).toEqual([303, '/settings/scim/roles/new?value=analyst&like=x']);
  await person(admin.teamId, 'ada', ['scim:odd']);
  const { status, text } = await admin.page('/roles/new?value=scim%3Aodd');
  expect([status, text.includes('scim:scim:odd')]).toEqual([200, true]);
});

it('offers a similar name that the identity provider sends', async () => {
  await person(admin.teamId, 'ada', ['Scanner Analyst']);
  const { text } = await admin.page('/roles/new?value=scanner_analyst');
  expect(text).toContain('It sends <code>Scanner Analyst</code>');
  expect((await admin.page('/roles/new?value=Scanner+Analyst')).text).not.toContain('It sends');
});

it('does not rename to the name of another role', async () => {
  const { body: made } = await admin.api('POST', '/roles', { value: 'owners' });
  expect(problem(await admin.api('PATCH', `/roles/${made.id}`, { value: 'admins' }))).toEqual([409, 'role_exists']);
});

it('previews and deletes, with SCIM and manual grants', async () => {
  await person(admin.teamId, 'ada', ['admins'], { granted: ['scim:admins'] });
  const bob = await person(admin.teamId, 'bob', []);
  const { id } = await lab.database.role.findFirstOrThrow({ where: { teamId: admin.teamId, name: 'scim:admins' } });
  await lab.database.roleGrant.create({ data: { userId: bob, roleId: id, source: 'manual' } });
  const { effect } = (await admin.api('DELETE', `/roles/${id}?preview=true`)).body;
  expect([names(effect.lose), names(effect.loseManual)]).toEqual([['ada'], ['bob']]);
  expect((await admin.api('DELETE', `/roles/${id}`)).status).toBe(200);
  expect(await roleNames(admin.teamId)).toEqual(['Analyst', 'by hand']);
  expect(await roleNames(other.teamId)).toEqual(['scim:admins']);
  expect(await lab.database.roleGrant.count({ where: { role: { teamId: other.teamId } } })).toBe(1);
  expect(problem(await admin.api('DELETE', `/roles/${id}`))).toEqual([404, 'not_found']);
});

it('roles of other teams, roles without scim:, and invalid ids are not found', async () => {
  const theirs = await lab.database.role.findFirstOrThrow({ where: { teamId: other.teamId } });
  const manual = await lab.database.role.findFirstOrThrow({ where: { teamId: admin.teamId, name: 'by hand' } });
  for (const id of [theirs.id, manual.id, '00000000-0000-4000-8000-000000000000', 'nonsense', "' OR 1=1 --"]) {
    const path = `/roles/${encodeURIComponent(id)}`;
    expect(problem(await admin.api('PATCH', path, { value: 'mine' }))).toEqual([404, 'not_found']);
    expect(problem(await admin.api('DELETE', path))).toEqual([404, 'not_found']);
    for (const page of ['', '/delete', '?value=mine']) expect((await admin.page(path + page)).status).toBe(404);
  }
  expect(await roleNames(other.teamId)).toEqual(['scim:admins']);
});

it.each([
  ['no value', {}, /value must be/],
  ['a blank value', { value: ' ' }, /value must be text of 1 to 500/],
  ['a value that is too long', { value: 'x'.repeat(501) }, /value must be text/],
  ['a value with a NUL', { value: 'a\0b' }, /value must be text/],
  ['half a character', { value: 'a\ud800' }, /value must be text/],
  ['a name without the prefix', { name: 'admin' }, /must start with scim:/],
  ['nothing behind the prefix', { name: 'scim:' }, /must be text of 1 to 500/],
  ['permissions that are no list', { value: 'a', permissions: 'Admin' }, /permissions must be a list/],
  ['a blank permission', { value: 'a', permissions: [''] }, /permissions.0 must be text/],
  [
    'too many permissions',
    { value: 'a', permissions: Array.from({ length: 101 }, (_, n) => `p${n}`) },
    /more than 100/,
  ],
])('refuses %s', async (_, body, message) => {
  const refused = await admin.api('POST', '/roles', body);
  expect([refused.status, refused.body.error.message]).toEqual([400, expect.stringMatching(message)]);
  expect(await roleNames(admin.teamId)).toEqual(['Analyst', 'by hand', 'scim:admins']);
});

it('on the pages a near miss leads in two clicks to the right role, with the same permissions', async () => {
  await lab.database.role.updateMany({
    where: { teamId: admin.teamId, name: 'Analyst' },
    data: { permissions: ['Query', 'Odd one'] },
  });
  await person(admin.teamId, 'ada', ['analyst']);
  const roles = await admin.page('/roles');
  expect(roles.text).toContain('Near miss');
  const link = /href="(\/settings\/scim\/roles\/new\?value=analyst&(?:amp;)?like=[^"]+)"/.exec(roles.text)?.[1] ?? '';
  const form = await admin.page(link.replace('/settings/scim', '').replaceAll('&amp;', '&'));
  expect(form.text).toMatch(/value="Query" checked/);
  expect(form.text).toContain('Odd one</textarea>');
  const fingerprint = /name="fingerprint" value="([^"]+)"/.exec(form.text)?.[1] ?? '';
  const sent = {
    value: 'analyst',
    fingerprint,
    permissions: ['Query', 'Read'],
    morePermissions: 'Odd one\r\n\r\n Another ',
  };
  const made = await admin.page('/roles', sent);
  expect([made.status, made.headers.get('location')]).toEqual([303, '/settings/scim/roles?done=role-created']);
  const role = await lab.database.role.findFirstOrThrow({ where: { teamId: admin.teamId, name: 'scim:analyst' } });
  expect(role.permissions).toEqual(['Query', 'Read', 'Odd one', 'Another']);
  expect((await admin.page('/roles?done=role-created')).text).toContain('The role is created');
});

it('on the pages a near miss with scim: is previewed and renamed, and deleted', async () => {
  await person(admin.teamId, 'ada', ['Admins']);
  const { id } = await lab.database.role.findFirstOrThrow({ where: { teamId: admin.teamId, name: 'scim:admins' } });
  expect((await admin.page('/roles')).text).toContain(`/settings/scim/roles/${id}?value=Admins`);
  const preview = await admin.page(`/roles/${id}?value=Admins`);
  expect(preview.text).toMatch(/1 person<\/strong> gains it/);
  const stale = await admin.page(`/roles/${id}/rename`, { value: 'Admins', fingerprint: 'old' });
  expect([stale.status, stale.text.includes('has changed since you looked')]).toEqual([409, true]);
  const fingerprint = /name="fingerprint" value="([^"]+)"/.exec(stale.text)?.[1] ?? '';
  expect((await admin.page(`/roles/${id}/rename`, { value: 'Admins', fingerprint })).status).toBe(303);
  const deletion = await admin.page(`/roles/${id}/delete`);
  expect(deletion.text).toContain('Nobody has it by SCIM');
  expect(
    (await admin.page(`/roles/${id}/delete`, { fingerprint: /value="([^"]+)"/.exec(deletion.text)?.[1] ?? '' })).status,
  ).toBe(303);
  expect(await roleNames(admin.teamId)).toEqual(['Analyst', 'by hand']);
});

it('on the pages the form of a new role shows its error and keeps its values', async () => {
  const refused = await admin.page('/roles', { value: 'admins', permissions: 'Read', morePermissions: 'Mine' });
  expect([refused.status, refused.text.includes('Your team already has a role with that name')]).toEqual([409, true]);
  expect(refused.text).toMatch(/value="Read" checked/);
  expect(refused.text).toContain('Mine</textarea>');
});

it('finds a value among thousands', async () => {
  const id = await person(admin.teamId, 'ada', []);
  const value = (n: number) => ({ userId: id, value: `group ${n}`, via: 'groups' });
  await lab.database.idpRoleValue.createMany({ data: Array.from({ length: 2000 }, (_, n) => value(n)) });
  const { values, valuesTotal } = (await admin.api('GET', '/roles')).body;
  expect([values.length, valuesTotal]).toEqual([50, 2000]);
  const found = await admin.page('/roles?q=ROUP%201999');
  expect(found.text).toContain('group 1999');
  expect(found.text).not.toContain('group 1998');
  expect((await admin.page('/roles?q=%25')).text).toContain('No name contains “%”');
});

/** All pages of one of the two lists, by its cursor. */
async function pagesOf(list: 'values' | 'scimRoles'): Promise<string[][]> {
  const [query, next] =
    list === 'values' ? ['valuesCursor', 'nextValuesCursor'] : ['rolesCursor', 'nextScimRolesCursor'];
  const pages: string[][] = [];
  for (let cursor = ''; ; ) {
    const { body } = await admin.api('GET', `/roles?${query}=${cursor}`);
    pages.push(body[list].map((one: { value?: string; name: string }) => one.value ?? one.name));
    if (body[next] === null) return pages;
    cursor = body[next];
  }
}

it('pages through names and roles, each once, fifty at a time', async () => {
  const id = await person(admin.teamId, 'ada', []);
  const values = Array.from({ length: 120 }, (_, n) => `group ${n}`);
  await lab.database.idpRoleValue.createMany({ data: values.map((value) => ({ userId: id, value, via: 'groups' })) });
  const names = values.slice(0, 60).map((value) => `scim:${value}`);
  await lab.database.role.createMany({ data: names.map((name) => ({ teamId: admin.teamId, name })) });
  const [seen, roles] = [await pagesOf('values'), await pagesOf('scimRoles')];
  expect([seen.map(({ length }) => length), seen.flat().sort()]).toEqual([[50, 50, 20], [...values].sort()]);
  expect([roles.map(({ length }) => length), roles.flat().sort()]).toEqual([
    [50, 11],
    [...names, 'scim:admins'].sort(),
  ]);
  const first = await admin.page('/roles');
  expect([first.text.match(/<tr/g)?.length, first.text.includes('1–50 of 120 names')]).toEqual([102, true]);
  const link = /href="(\/settings\/scim\/roles\?[^"#]*valuesCursor=50[^"#]*)/.exec(first.text)?.[1] ?? '';
  const second = await admin.page(link.replace('/settings/scim', '').replaceAll('&amp;', '&'));
  expect([second.text.includes('51–100 of 120 names'), second.text.includes('1–50 of 61 roles')]).toEqual([true, true]);
});

it('values on later pages are matched too, exact and near misses', async () => {
  const id = await person(admin.teamId, 'ada', ['zz analyst', 'zz exact']);
  const others = Array.from({ length: 60 }, (_, n) => ({ userId: id, value: `group ${n}`, via: 'groups' }));
  await lab.database.idpRoleValue.createMany({ data: others });
  const name = (name: string) => ({ teamId: admin.teamId, name });
  await lab.database.role.createMany({ data: [name('ZZ Analyst'), name('scim:zz exact')] });
  const { values } = (await admin.api('GET', '/roles?valuesCursor=50')).body;
  expect(values.slice(-2)).toMatchObject([
    { value: 'zz analyst', role: null, nearMiss: { role: { name: 'ZZ Analyst' }, because: ['prefix', 'case'] } },
    { value: 'zz exact', role: { name: 'scim:zz exact' }, nearMiss: null },
  ]);
});

it.each(['valuesCursor=-1', 'rolesCursor=x', 'valuesCursor=9999999999'])('refuses %s', async (query) => {
  expect(problem(await admin.api('GET', `/roles?${query}`))).toEqual([400, 'bad_input']);
  expect((await admin.page(`/roles?${query}`)).status).toBe(400);
});

it('a role with more permissions than the limit shows them up to the limit', async () => {
  const permissions = Array.from({ length: 5_000 }, (_, n) => `permission ${n}`);
  const { id } = await lab.database.role.create({ data: { teamId: admin.teamId, name: 'scim:wide', permissions } });
  const { scimRoles } = (await admin.api('GET', '/roles?q=wide')).body;
  expect(scimRoles[0].permissions).toEqual(permissions.slice(0, 100));
  expect((await admin.page('/roles?q=wide')).text).toContain('and 95 more');
  expect((await admin.page(`/roles/${id}`)).text.match(/permission \d+/g)).toHaveLength(100);
});

it('each name that has no role has three choices: create its role, use an existing one, ignore it', async () => {
  await person(admin.teamId, 'ada', ['everyone']);
  const { text } = await admin.page('/roles');
  expect(text).toContain('href="/settings/scim/roles/new?value=everyone"');
  expect(text).toContain('href="/settings/scim/roles/choose?value=everyone"');
  expect(text).toContain('action="/settings/scim/roles/ignored"');
});

it('an ignored name is listed apart, for this team only, can be taken back, and is in the activity', async () => {
  await person(admin.teamId, 'ada', ['everyone', 'analyst']);
  await person(other.teamId, 'eve', ['everyone']);
  const names = async (query = '') =>
    [...(await admin.page(`/roles${query}`)).text.matchAll(/data-label="Name"[^>]*><code>([^<]*)/g)].map(
      ([, one]) => one,
    );
  expect(await names()).toEqual(['analyst', 'everyone']);
  for (let twice = 0; twice < 2; twice++) {
    const ignored = await admin.page('/roles/ignored', { value: 'everyone' });
    expect(ignored.headers.get('location')).toBe('/settings/scim/roles?done=name-ignored');
  }
  expect([await names(), await names('?ignored=true')]).toEqual([['analyst'], ['everyone']]);
  expect((await admin.page('/roles')).text).toContain('1 ignored name');
  expect((await other.page('/roles')).text).toContain('<code>everyone</code>');
  const { values, ignoredTotal } = (await admin.api('GET', '/roles')).body;
  expect(values.map(({ value, ignored }: { value: string; ignored: boolean }) => [value, ignored])).toEqual([
    ['analyst', false],
    ['everyone', true],
  ]);
  expect(ignoredTotal).toBe(1);
  expect((await admin.page('/activity')).text).toContain('ignored the name everyone');
  await admin.page('/roles/considered', { value: 'everyone' });
  expect(await names()).toEqual(['analyst', 'everyone']);
  expect((await acts()).map(([action]) => action)).toEqual(['role_name.ignore', 'role_name.consider']);
});

it('ignoring changes no access: a role with that name is granted, and the name is listed with it', async () => {
  await person(admin.teamId, 'ada', ['everyone']);
  await admin.page('/roles/ignored', { value: 'everyone' });
  await admin.api('POST', '/roles', { value: 'everyone' });
  expect((await admin.page('/roles')).text).toContain('<code>scim:everyone</code>');
  const { values, ignoredTotal } = (await admin.api('GET', '/roles')).body;
  expect([values[0].ignored, values[0].role.name, ignoredTotal]).toEqual([false, 'scim:everyone', 0]);
});

it('a name that nobody in the team has can not be ignored', async () => {
  expect((await admin.page('/roles/ignored', { value: 'zoe only' })).status).toBe(404);
  expect((await admin.page('/roles/ignored', { value: 'analyst' })).status).toBe(404); // of another team
  expect((await admin.page('/roles/ignored', { value: '' })).status).toBe(400);
});

it('an existing role is chosen for a name: renamed after a preview, or its permissions copied', async () => {
  await person(admin.teamId, 'ada', ['everyone']);
  await admin.api('POST', '/roles', { value: 'staff', permissions: ['Query'] });
  const staff = await lab.database.role.findFirstOrThrow({ where: { teamId: admin.teamId, name: 'scim:staff' } });
  const { text } = await admin.page('/roles/choose?value=everyone&q=staff');
  expect(text).toContain(`/settings/scim/roles/${staff.id}?value=everyone`);
  expect(text).toContain(`/settings/scim/roles/new?value=everyone&amp;like=${staff.id}`);
  expect(text).not.toContain('scim:admins');
  expect((await admin.page(`/roles/${staff.id}?value=everyone`)).text).toContain('becomes <code>scim:everyone</code>');
});

it('the page of a role lists its holders, and each number leads to exactly its list', async () => {
  await person(admin.teamId, 'ada', ['admins'], { granted: ['scim:admins'] });
  const bob = await person(admin.teamId, 'bob', []);
  const role = await lab.database.role.findFirstOrThrow({ where: { teamId: admin.teamId, name: 'scim:admins' } });
  await lab.database.roleGrant.create({ data: { userId: bob, roleId: role.id, source: 'manual' } });
  const page = (await admin.page(`/roles/${role.id}`)).text;
  expect([page.includes('2 people'), page.includes('>ada<'), page.includes('>bob<')]).toEqual([true, true, true]);
  const roles = (await admin.page('/roles')).text;
  for (const [source, holder] of [
    ['scim', 'ada'],
    ['manual', 'bob'],
  ]) {
    const query = `role=${role.id}&source=${source}`;
    expect(roles).toContain(`/settings/scim/people?${query.replace('&', '&amp;')}`);
    const { people } = (await admin.api('GET', `/people?${query}`)).body;
    expect(people.map(({ name }: { name: string }) => name)).toEqual([holder]);
    expect((await admin.page(`/people?${query}`)).text).toContain('with the role <code>scim:admins</code>');
  }
});
