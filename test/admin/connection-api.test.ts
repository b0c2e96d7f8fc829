import { idp } from '../emulator/idp.js';
import { type ApiAnswer, signInAdmin, type TestAdmin } from '../helpers/admin.js';
import { type Lab, startLab } from '../helpers/lab.js';
import { dumpQueue } from '../helpers/queue-dump.js';

let lab: Lab;
let admin: TestAdmin;

beforeAll(async () => {
  lab = await startLab({ worker: false });
});
beforeEach(async () => {
  admin = await signInAdmin(lab);
});
afterEach(() => lab.emulator.faults.reset());
afterAll(() => lab.stop());

const okta = { identityProvider: 'okta', displayName: 'Acme Okta' };
const problem = ({ status, body }: ApiAnswer) => [status, body.error.code];

async function acts(): Promise<string[]> {
  const rows = await lab.database.auditLog.findMany({
    orderBy: { id: 'asc' },
    where: { details: { path: ['teamId'], equals: admin.teamId } },
  });
  return rows.map(({ actor, action }) => `${actor === admin.memberId ? 'admin' : actor} ${action}`);
}

function rows() {
  const select = { id: true, identityProvider: true, displayName: true, status: true, createdBy: true };
  return lab.database.scimConnection.findMany({
    where: { teamId: admin.teamId },
    select,
    orderBy: { createdAt: 'asc' },
  });
}

it('without a connection every verb says so', async () => {
  for (const switched of [400, 404, 'empty'] as const) {
    lab.emulator.switches.getWithoutConnection = switched;
    expect(problem(await admin.api('GET', '/connection'))).toEqual([404, 'no_connection']);
  }
  for (const [method, path, body] of [
    ['PATCH', '/connection', { displayName: 'x' }],
    ['DELETE', '/connection', undefined],
    ['POST', '/connection/rotation', undefined],
    ['PUT', '/connection/rotation', undefined],
    ['DELETE', '/connection/rotation', undefined],
  ] as const) {
    expect(problem(await admin.api(method, path, body))).toEqual([404, 'no_connection']);
  }
  expect(await acts()).toEqual([]);
});

it('creates a connection that works at once, shows its token once, and records who created it', async () => {
  const made = await admin.api('POST', '/connection', okta);
  expect(made.status).toBe(201);
  const { bearerToken, baseUrl, instructions, ...rest } = made.body;
  expect(bearerToken).toMatch(/^\w{48}$/);
  expect(instructions[0].steps[1].values).toContainEqual({
    label: 'SCIM connector base URL',
    is: 'base_url',
    value: baseUrl,
  });
  expect((await idp({ base_url: baseUrl, bearer_token: bearerToken })('GET', '/Users')).status).toBe(200);
  const read = await admin.api('GET', '/connection');
  expect(read.body).toMatchObject({ ...rest, createdAt: expect.any(String), createdBy: admin.memberId });
  expect(read.text).not.toContain(bearerToken);
  expect(await rows()).toEqual([{ id: rest.id, ...okta, status: 'active', createdBy: admin.memberId }]);
  expect(await acts()).toEqual(['admin scim_connection.create']);
});

it.each([
  ['google-workspace', 'generic', /Endpoint URL/],
  ['generic', 'generic', /HTTP Header Bearer Token/],
  ['microsoft-entra', 'microsoft-entra', /AssertiveAppRoleAssignmentsComplex/],
  ['cyberark', 'cyberark', /SCIM Service URL/],
  ['jumpcloud', 'jumpcloud', /Token Key/],
  ['onelogin', 'onelogin', /SCIM Username Format/],
  ['pingfederate', 'pingfederate', /OAuth 2 Bearer Token/],
  ['rippling', 'rippling', /Authorization Method/],
  ['duo', 'generic', /Duo/],
  ['keycloak', 'generic', /Auth password\/token/],
  ['miniorange', 'generic', /SCIM Base URL/],
  ['salesforce', 'generic', /Authorization/],
  ['shibboleth', 'generic', /Grouper/],
  ['classlink', 'generic', /OneSync/],
])(
  '%s is %s at Stytch, is stored as chosen, and has instructions with its own labels',
  async (chosen, stytch, label) => {
    const made = await admin.api('POST', '/connection', { identityProvider: chosen, displayName: 'Acme' });
    expect([made.status, made.body.identityProvider]).toEqual([201, chosen]);
    expect(JSON.stringify(made.body.instructions)).toMatch(label);
    expect(JSON.stringify(made.body.instructions)).toContain(made.body.baseUrl);
    expect((await admin.api('GET', '/connection')).body.identityProvider).toBe(chosen);
    expect(lab.emulator.organizations.get(admin.organizationId).scim_active_connection).toBeTruthy();
    expect(made.body.baseUrl.includes('?aadOptscim062020')).toBe(stytch === 'microsoft-entra');
  },
);

it('refuses a second connection with what to do instead; two concurrent clicks create one', async () => {
  const both = await Promise.all([admin.api('POST', '/connection', okta), admin.api('POST', '/connection', okta)]);
  expect(both.map(({ status }) => status).sort()).toEqual([201, 409]);
  const third = await admin.api('POST', '/connection', okta);
  expect(problem(third)).toEqual([409, 'connection_exists']);
  expect(third.body.error.message).toMatch(/rotate the token.*delete the connection first/);
  expect((await rows()).map(({ status, createdBy }) => [status, createdBy])).toEqual([['active', admin.memberId]]);
});

it('when the answer to create is lost, the connection is kept and the message says to rotate; a retry creates no second one', async () => {
  lab.emulator.faults.failNext('scim.connection.create', 'lostReply');
  const lost = await admin.api('POST', '/connection', { ...okta, identityProvider: 'google-workspace' });
  expect(problem(lost)).toEqual([502, 'token_lost']);
  expect(lost.body.error.message).toMatch(/Rotate it/);
  expect(problem(await admin.api('POST', '/connection', okta))).toEqual([409, 'connection_exists']);
  expect((await rows()).map(({ identityProvider }) => identityProvider)).toEqual(['google-workspace']);
  const rotated = await admin.api('POST', '/connection/rotation');
  expect([rotated.status, rotated.body.nextBearerToken.length]).toEqual([201, 48]);
});

it('when create fails, the answer says so, and nothing is left behind', async () => {
  lab.emulator.faults.failNext('scim.connection.create', '500');
  expect(problem(await admin.api('POST', '/connection', okta))).toEqual([503, 'unavailable']);
  expect([await rows(), await acts()]).toEqual([[], []]);
});

it('renames', async () => {
  await admin.api('POST', '/connection', okta);
  expect((await admin.api('PATCH', '/connection', { displayName: ' New “name” ' })).body.displayName).toBe(
    'New “name”',
  );
  expect((await admin.api('GET', '/connection')).body).toMatchObject({
    displayName: 'New “name”',
    identityProvider: 'okta',
  });
  lab.emulator.faults.failNext('scim.connection.update', 'lostReply');
  expect((await admin.api('PATCH', '/connection', { displayName: 'Third' })).body.displayName).toBe('Third');
  expect(await acts()).toEqual([
    'admin scim_connection.create',
    'admin scim_connection.rename',
    'admin scim_connection.rename',
  ]);
});

it('rotates the token: start shows the new one once, complete ends the old one', async () => {
  const { body: made } = await admin.api('POST', '/connection', okta);
  const started = await admin.api('POST', '/connection/rotation');
  const next = started.body.nextBearerToken;
  expect([started.status, next.length, next === made.bearerToken]).toEqual([201, 48, false]);
  expect(problem(await admin.api('POST', '/connection/rotation'))).toEqual([409, 'rotating']);
  expect((await admin.api('GET', '/connection')).body.rotation.nextBearerTokenLastFour).toBe(next.slice(-4));
  expect(problem(await admin.api('PUT', '/connection/rotation', { nextBearerTokenLastFour: 'zzzz' }))).toEqual([
    409,
    'token_differs',
  ]);
  const done = await admin.api('PUT', '/connection/rotation', { nextBearerTokenLastFour: next.slice(-4) });
  expect(done.body).toMatchObject({ rotation: null, bearerTokenLastFour: next.slice(-4) });
  const asIdp = async (bearer_token: string) =>
    (await idp({ base_url: made.baseUrl, bearer_token })('GET', '/Users')).status;
  expect([await asIdp(made.bearerToken), await asIdp(next)]).toEqual([401, 200]);
  expect(problem(await admin.api('PUT', '/connection/rotation'))).toEqual([409, 'not_rotating']);
  expect(await acts()).toEqual([
    'admin scim_connection.create',
    'admin scim_token.rotation_start',
    'admin scim_token.rotation_complete',
  ]);
});

it('cancels a rotation: the old token still works', async () => {
  const { body: made } = await admin.api('POST', '/connection', okta);
  const { body: started } = await admin.api('POST', '/connection/rotation');
  expect((await admin.api('DELETE', '/connection/rotation')).body).toMatchObject({
    rotation: null,
    bearerTokenLastFour: made.bearerToken.slice(-4),
  });
  const asIdp = async (bearer_token: string) =>
    (await idp({ base_url: made.baseUrl, bearer_token })('GET', '/Users')).status;
  expect([await asIdp(made.bearerToken), await asIdp(started.nextBearerToken)]).toEqual([200, 401]);
  expect(problem(await admin.api('DELETE', '/connection/rotation'))).toEqual([409, 'not_rotating']);
});

it('lost answers in a rotation: a lost start is cancelled, a lost end counts as done', async () => {
  await admin.api('POST', '/connection', okta);
  lab.emulator.faults.failNext('scim.connection.rotateStart', 'lostReply');
  expect(problem(await admin.api('POST', '/connection/rotation'))).toEqual([503, 'unavailable']);
  expect((await admin.api('GET', '/connection')).body.rotation).toBeNull();
  const { body: started } = await admin.api('POST', '/connection/rotation');
  lab.emulator.faults.failNext('scim.connection.rotateComplete', 'lostReply');
  expect((await admin.api('PUT', '/connection/rotation')).body.bearerTokenLastFour).toBe(
    started.nextBearerToken.slice(-4),
  );
  await admin.api('POST', '/connection/rotation');
  lab.emulator.faults.failNext('scim.connection.rotateCancel', 'lostReply');
  expect((await admin.api('DELETE', '/connection/rotation')).body.rotation).toBeNull();
});

it('deletes, also when the answer is lost; then another provider can be connected', async () => {
  const { body: made } = await admin.api('POST', '/connection', okta);
  lab.emulator.faults.failNext('scim.connection.delete', 'lostReply');
  expect((await admin.api('DELETE', '/connection')).body).toEqual({ id: made.id, status: 'deleted' });
  expect(problem(await admin.api('GET', '/connection'))).toEqual([404, 'no_connection']);
  expect((await admin.api('POST', '/connection', { ...okta, identityProvider: 'rippling' })).status).toBe(201);
  expect((await rows()).map(({ status }) => status)).toEqual(['deleted', 'active']);
  expect(await acts()).toEqual([
    'admin scim_connection.create',
    'admin scim_connection.delete',
    'admin scim_connection.create',
  ]);
});

it("records connections created, changed and deleted in Stytch's dashboard", async () => {
  const elsewhere = lab.emulator.directory.connect(admin.organizationId, {
    display_name: 'By hand',
    identity_provider: 'okta',
  });
  const [first] = await Promise.all([admin.api('GET', '/connection'), admin.api('GET', '/connection')]);
  expect(first.body).toMatchObject({ id: elsewhere.connection_id, displayName: 'By hand', createdBy: null });
  lab.emulator.directory.disconnect(admin.organizationId);
  const second = lab.emulator.directory.connect(admin.organizationId, {
    display_name: 'Again',
    identity_provider: 'okta',
  });
  expect((await admin.api('GET', '/connection')).body.id).toBe(second.connection_id);
  expect((await rows()).map(({ id, status }) => [id, status])).toEqual([
    [elsewhere.connection_id, 'deleted'],
    [second.connection_id, 'active'],
  ]);
  expect(await acts()).toEqual([
    'stytch scim_connection.found',
    'stytch scim_connection.gone',
    'stytch scim_connection.found',
  ]);
});

it('the tokens are nowhere in the database, in the queue, or in the output of a process', async () => {
  const { body: made } = await admin.api('POST', '/connection', okta);
  const { body: started } = await admin.api('POST', '/connection/rotation');
  await admin.api('PUT', '/connection/rotation');
  const [dump] = await lab.database.$queryRaw<
    [{ dump: string }]
  >`SELECT database_to_xml(true, false, '')::text AS dump`;
  const everything = dump.dump + (await dumpQueue(lab.home, lab.database)) + lab.log();
  expect(dump.dump).toContain(made.id);
  for (const secret of [made.bearerToken, started.nextBearerToken, admin.jwt, admin.sessionToken]) {
    expect(everything.includes(secret)).toBe(false);
  }
});
