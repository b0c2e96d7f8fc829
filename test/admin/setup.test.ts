import { idp } from '../emulator/idp.js';
import { signInAdmin, type TestAdmin } from '../helpers/admin.js';
import { eventually } from '../helpers/eventually.js';
import { type Lab, startLab } from '../helpers/lab.js';

jest.setTimeout(240_000); // several waits of up to a minute each

/** The set-up that ticks itself, by a real identity provider's side, a real worker and real rows. */
let lab: Lab;
let admin: TestAdmin;

beforeAll(async () => {
  lab = await startLab();
});
beforeEach(async () => {
  admin = await signInAdmin(lab, { roles: ['scim:analyst'] });
});
afterEach(() => lab.emulator.faults.reset());
afterAll(() => lab.stop());

type Setup = {
  checks: { id: string; done: boolean }[];
  misconfigurations: { id: string; seen: string; cure: string }[];
};
const setup = async (): Promise<Setup> => (await admin.api('GET', '/setup')).body;
const done = async () => (await setup()).checks.filter((check) => check.done).map(({ id }) => id);
const trapIds = async () => (await setup()).misconfigurations.map(({ id }) => id);

async function connect(identityProvider = 'okta') {
  const { body } = await admin.api('POST', '/connection', { identityProvider, displayName: 'Acme' });
  return idp({ base_url: body.baseUrl, bearer_token: body.bearerToken });
}

function user(name: string, more: object = {}) {
  const userName = `${name}-${admin.teamId}@acme.example`;
  const schemas = ['urn:ietf:params:scim:schemas:core:2.0:User'];
  return {
    schemas,
    userName,
    externalId: `00u-${name}`,
    emails: [{ value: userName, primary: true }],
    active: true,
    ...more,
  };
}

it('ticks each step when it was seen, not before, and only for this team', async () => {
  const other = await signInAdmin(lab, { name: 'Beta' });
  expect(await done()).toEqual([]);
  const scim = await connect();
  expect(await done()).toEqual(['connected']);
  const { body: ada } = await scim('POST', '/Users', user('ada'));
  await eventually(async () => expect(await done()).toEqual(['connected', 'first_user']), 60_000);
  await scim('POST', '/Groups', {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
    displayName: 'engineering',
    members: [{ value: ada.id }],
  });
  await eventually(async () => expect(await done()).toEqual(['connected', 'first_user', 'first_role_value']), 60_000);
  const { body: bob } = await scim('POST', '/Users', user('bob', { roles: [{ value: 'analyst' }] }));
  await eventually(async () => expect(await done()).toContain('first_role_granted'), 60_000);
  await scim('DELETE', `/Users/${bob.id}`);
  await eventually(async () => expect(await done()).toContain('first_deactivation'), 60_000);
  expect((await other.api('GET', '/setup')).body.checks.filter((check: { done: boolean }) => check.done)).toEqual([]);
  expect(await trapIds()).toEqual([]);
});

it('starts again with a new connection: events of the previous one tick nothing', async () => {
  const scim = await connect();
  const { body: ada } = await scim('POST', '/Users', user('ada'));
  await eventually(async () => expect(await done()).toContain('first_user'), 60_000);
  await scim('DELETE', `/Users/${ada.id}`);
  await eventually(async () => expect(await done()).toContain('first_deactivation'), 60_000);
  expect((await admin.page('')).text).toContain('>Connected<');
  await admin.api('DELETE', '/connection');
  await connect('onelogin');
  expect(await done()).toEqual(['connected']);
  const { text } = await admin.page('');
  expect([text.includes('Waiting for OneLogin'), text.includes('>Connected<')]).toEqual([true, false]);
});

it('waits for the first event of the identity provider, then names the first person and the first group', async () => {
  const scim = await connect();
  expect((await admin.page('/live')).text).toContain('Waiting for Okta');
  const name = { givenName: 'Ada', familyName: 'Lovelace', formatted: 'Ada Lovelace' };
  await scim('POST', '/Users', user('ada', { name, roles: [{ value: 'analyst' }] }));
  await eventually(async () => expect((await admin.page('/live')).text).toContain('<dd>Ada Lovelace</dd>'), 60_000);
  await eventually(async () => expect((await admin.page('/live')).text).toContain('<code>analyst</code>'), 60_000);
  expect((await admin.page('/live')).text).toContain('>Connected<');
});

it('counts no event that was sent before this connection, and none about the connection itself', async () => {
  await connect();
  const heard = { teamId: admin.teamId, outcome: 'changed', trigger: 'hint', receivedAt: new Date(), changes: [] };
  const late = { ...heard, eventType: 'scim.member.update', sentAt: new Date(Date.now() - 60_000) };
  const own = { ...heard, eventType: 'scim.scim_connection.update', sentAt: new Date() };
  await lab.database.syncEvent.createMany({ data: [late, own] });
  expect((await admin.page('/live')).text).toContain('Waiting for Okta');
  await lab.database.syncEvent.create({ data: { ...late, sentAt: new Date() } });
  expect((await admin.page('/live')).text).toContain('>Connected<');
});

it('names the first group also when a sweep read it before the event about it was handled', async () => {
  await connect();
  const changes = [{ type: 'idp_role_value_added', value: 'swept', via: 'groups' }];
  await lab.database.syncEvent.create({
    data: { teamId: admin.teamId, outcome: 'changed', trigger: 'sweep', changes },
  });
  expect((await admin.page('/setup/live/roles')).text).not.toContain('swept'); // nothing was heard yet
  const heard = { teamId: admin.teamId, outcome: 'unchanged', trigger: 'hint', changes: [] };
  const now = { sentAt: new Date(), receivedAt: new Date() };
  await lab.database.syncEvent.create({ data: { ...heard, ...now, eventType: 'scim.member.create' } });
  expect((await admin.page('/setup/live/roles')).text).toContain('<code>swept</code>');
});

it('ticks for a connection that was created in Stytch, too', async () => {
  const elsewhere = lab.emulator.directory.connect(admin.organizationId, {
    display_name: 'By hand',
    identity_provider: 'okta',
  });
  await idp(elsewhere)('POST', '/Users', user('ada'));
  await eventually(async () => expect(await done()).toEqual(['connected', 'first_user']), 60_000);
});

it("records changes of Stytch's dashboard without a page view", async () => {
  const rows = () =>
    lab.database.scimConnection.findMany({
      where: { teamId: admin.teamId },
      select: { displayName: true, status: true },
    });
  lab.emulator.directory.connect(admin.organizationId, { display_name: 'By hand', identity_provider: 'okta' });
  await eventually(async () => expect(await rows()).toEqual([{ displayName: 'By hand', status: 'active' }]), 60_000);
  lab.emulator.faults.failNext('scim.connection.get', '500'); // its hint is tried again
  lab.emulator.directory.disconnect(admin.organizationId);
  await eventually(async () => expect(await rows()).toEqual([{ displayName: 'By hand', status: 'deleted' }]), 60_000);
});

it('names misconfigurations: role values that look like JSON, user names that are not e-mail addresses', async () => {
  const scim = await connect('microsoft-entra');
  await scim('POST', '/Users', user('ada', { roles: [{ value: '[{"value":"Admin"}]' }] }));
  await scim('POST', '/Users', user('bob', { userName: `bob-${admin.teamId}` }));
  await eventually(
    async () => expect((await trapIds()).sort()).toEqual(['json_role_values', 'user_name_not_email']),
    60_000,
  );
  const { text } = await admin.page('');
  expect(text).toContain('Role names look like JSON');
  expect(text).toContain('userName is not an e-mail address');
  lab.emulator.faults.failWhile('members.dangerouslyGet', '500');
  expect(await trapIds()).toEqual(['json_role_values']); // Stytch away: what is not known is not said
});

it('names roles that are added but never removed, until one is removed', async () => {
  const scim = await connect('microsoft-entra');
  const people = [];
  for (const name of ['ada', 'bob']) {
    people.push((await scim('POST', '/Users', user(name, { roles: [{ value: 'one' }] }))).body.id);
  }
  const schemas = ['urn:ietf:params:scim:api:messages:2.0:PatchOp'];
  const roles = (id: string, op: string, values: string[]) =>
    scim('PATCH', `/Users/${id}`, {
      schemas,
      Operations: [{ op, path: 'roles', value: values.map((value) => ({ value })) }],
    });
  await eventually(
    async () => expect(await lab.database.user.count({ where: { teamId: admin.teamId } })).toBe(3),
    60_000,
  );
  expect(await trapIds()).toEqual([]);
  for (const id of people) await roles(id, 'add', ['two']);
  await eventually(async () => expect(await trapIds()).toEqual(['roles_only_added']), 60_000);
  await roles(people[0] ?? '', 'replace', ['two']);
  await eventually(async () => expect(await trapIds()).toEqual([]), 60_000);
});

it('names two people who share an external id', async () => {
  const scim = await connect();
  await scim('POST', '/Users', user('ada', { externalId: 'same' }));
  await scim('POST', '/Users', user('bob', { externalId: 'same' }));
  await eventually(async () => expect(await trapIds()).toEqual(['shared_external_id']), 60_000);
  expect((await setup()).misconfigurations[0]?.seen).toMatch(/ada-.* and .*bob-.* are both sent as “same”/);
});
