import { signInAdmin, type TestAdmin } from '../helpers/admin.js';
import { type Lab, startLab } from '../helpers/lab.js';

let lab: Lab;
let admin: TestAdmin;
let other: TestAdmin;

beforeAll(async () => {
  lab = await startLab({ worker: false });
});
beforeEach(async () => {
  admin = await signInAdmin(lab, { roles: ['scim:analyst', 'plain'] });
  other = await signInAdmin(lab, { name: 'Beta' });
});
afterAll(() => lab.stop());

const add = (teamId: string, email: string, name = '', more: object = {}) =>
  lab.database.user.create({ data: { teamId, email, name, ...more } });
const people = async (query = '') => (await admin.api('GET', `/people${query}`)).body;
const names = async (query = '') =>
  (await people(query)).people.map(({ email }: { email: string }) => email.split('@')[0]);
const roleId = async (name: string) => {
  return (await lab.database.role.findFirstOrThrow({ where: { teamId: admin.teamId, name } })).id;
};

/** Ada: an analyst by her group, and `plain` by hand. */
async function ada() {
  const user = await add(admin.teamId, 'ada@acme.example', 'Ada', {
    stytchMemberId: `member-${admin.teamId}`,
    scimExternalId: 'e1',
    observedAt: new Date('2026-11-01T00:00:00Z'),
  });
  const [analyst, plain] = [await roleId('scim:analyst'), await roleId('plain')];
  await lab.database.idpRoleValue.createMany({
    data: [
      { userId: user.id, value: 'analyst', via: 'groups' },
      { userId: user.id, value: 'Analyst', via: 'roles' },
    ],
  });
  await lab.database.roleGrant.createMany({
    data: [
      { userId: user.id, roleId: analyst, source: 'scim' },
      { userId: user.id, roleId: plain, source: 'manual' },
    ],
  });
  return { ...user, analyst, plain };
}

it('a team without people has an empty list, and a page that says so', async () => {
  expect(await people()).toEqual({ people: [], total: 0, nextCursor: null });
  expect((await admin.page('/people')).text).toContain('Nobody yet');
});

it('lists status, IdP role values, and each role with its origin, for this team only', async () => {
  const { id, analyst, plain } = await ada();
  await add(other.teamId, 'zoe@beta.example');
  expect(await people()).toEqual({
    people: [
      {
        id,
        name: 'Ada',
        email: 'ada@acme.example',
        status: 'active',
        memberId: `member-${admin.teamId}`,
        externalId: 'e1',
        deactivatedAt: null,
        lastReadAt: '2026-11-01T00:00:00.000Z',
        values: [
          { value: 'Analyst', via: 'roles' },
          { value: 'analyst', via: 'groups' },
        ],
        valuesTotal: 2,
        roles: [
          { id: plain, name: 'plain', source: 'manual', since: expect.stringMatching(/^\d{4}-.*Z$/), via: [] },
          { id: analyst, name: 'scim:analyst', source: 'scim', since: expect.any(String), via: ['groups'] },
        ],
        rolesTotal: 2,
      },
    ],
    total: 1,
    nextCursor: null,
  });
});

it('finds by part of a name or e-mail, by ids, status, role and value; wildcards are literal', async () => {
  const { id, analyst } = await ada();
  await add(admin.teamId, 'bob@acme.example', 'Bob %', { status: 'deactivated', deactivatedAt: new Date() });
  expect(await names('?q=AD')).toEqual(['ada']);
  expect(await names('?q=acme')).toEqual(['ada', 'bob']);
  expect(await names(`?q=${id}`)).toEqual(['ada']);
  expect(await names(`?q=member-${admin.teamId}`)).toEqual(['ada']);
  expect(await names('?q=e1')).toEqual(['ada']);
  expect(await names('?q=%25')).toEqual(['bob']);
  expect(await names('?q=_')).toEqual([]);
  expect(await names('?status=deactivated')).toEqual(['bob']);
  expect(await names(`?role=${analyst}`)).toEqual(['ada']);
  expect(await names('?value=analyst')).toEqual(['ada']);
  expect(await names('?value=ANALYST')).toEqual([]);
});

it('pages through everybody once, also people with the same name', async () => {
  for (let n = 0; n < 7; n++) await add(admin.teamId, `p${n}@acme.example`, n < 5 ? 'Same' : 'other');
  const seen: string[] = [];
  let cursor: string | null = '';
  let pages = 0;
  while (cursor !== null) {
    const page = await people(`?limit=2&cursor=${cursor}`);
    expect(page.total).toBe(7);
    seen.push(...page.people.map(({ email }: { email: string }) => email));
    cursor = page.nextCursor;
    pages++;
  }
  expect([pages, new Set(seen).size, seen.length]).toEqual([4, 7, 7]);
});

it.each(['cursor=x', 'cursor=eyJhIjoxfQ', 'limit=0', 'limit=201', 'status=left', 'role=1', `q=${'x'.repeat(201)}`])(
  'refuses ?%s with words about what is wrong',
  async (query) => {
    const { status, body } = await admin.api('GET', `/people?${query}`);
    expect([status, body.error.code]).toEqual([400, 'bad_input']);
    expect(body.error.message).toMatch(/^(cursor|limit|status|role|q) must /);
  },
);

it('the list cuts and counts the values and roles of one person', async () => {
  const user = await add(admin.teamId, 'wide@acme.example');
  const values = Array.from({ length: 30 }, (_, n) => ({ userId: user.id, value: `g${n}`, via: 'groups' }));
  await lab.database.idpRoleValue.createMany({ data: values });
  const [person] = (await people()).people;
  expect([person.values.length, person.valuesTotal]).toEqual([10, 30]);
});

it('the page of a person shows whether they can use Scanner, and why they have each role', async () => {
  const { id } = await ada();
  const { status, text } = await admin.page(`/people/${id}`);
  expect(status).toBe(200);
  expect(text).toContain('Can use Scanner, because your identity provider says that they are active.');
  expect(text).toContain('because your identity provider sends it as a group');
  expect(text).toContain('given by hand in Scanner');
  expect(text).toContain('scim:analyst is a near miss');
});

it('the page of a leaver shows why they can not use Scanner, and which roles they lost', async () => {
  const bob = await add(admin.teamId, 'bob@acme.example', 'Bob', { status: 'deactivated', deactivatedAt: new Date() });
  const changes = [
    { type: 'user_deactivated', because: 'says_gone' },
    { type: 'role_revoked', role: 'scim:analyst', roleId: await roleId('scim:analyst') },
  ];
  await lab.database.syncEvent.create({
    data: { teamId: admin.teamId, userId: bob.id, outcome: 'changed', trigger: 'hint', changes },
  });
  const { text } = await admin.page(`/people/${bob.id}`);
  expect(text).toContain('Can not use Scanner. Your identity provider deactivated or removed them.');
  expect(text).toMatch(/Lost:<.*>scim:analyst on </);
});

it('a person of another team, and an invalid id, are not found', async () => {
  const zoe = await add(other.teamId, 'zoe@beta.example', 'Zoe');
  for (const id of [zoe.id, 'x', '00000000-0000-0000-0000-000000000000']) {
    const { status, text } = await admin.page(`/people/${id}`);
    expect([status, text.includes('Zoe')]).toEqual([404, false]);
  }
});

it('numbers of holders link to their lists', async () => {
  const { analyst } = await ada();
  const { text } = await admin.page('/roles');
  expect(text).toContain(`/settings/scim/people?role=${analyst}&amp;source=scim`);
  expect(text).toContain('/settings/scim/people?value=analyst&amp;status=active');
});

it('accepts only GET, and only with the permission', async () => {
  expect((await admin.api('POST', '/people', {})).status).toBe(405);
  const plain = await signInAdmin(lab, { name: 'Gamma', stytchRoles: [] });
  expect((await plain.api('GET', '/people')).status).toBe(403);
});
