import { providerIds } from '../../src/admin/connection/providers.js';
import { idp } from '../emulator/idp.js';
import { type ApiAnswer, signInAdmin, signInAs, type TestAdmin } from '../helpers/admin.js';
import { type Lab, startLab } from '../helpers/lab.js';

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
const tokenIn = ({ text }: ApiAnswer) => /id="token" type="text" value="(\w{48})"/.exec(text)?.[1];

it('everything works without scripts: create, copy, rename, rotate, delete', async () => {
  expect((await admin.page('')).text).toContain('href="/settings/scim/connection/new"');
  expect((await admin.page('/connection')).headers.get('location')).toBe('/settings/scim/connection/new');
  expect((await admin.page('/connection/new')).text).toContain('Google Workspace');
  const made = await admin.page('/connection', okta);
  const token = tokenIn(made);
  expect([made.status, made.headers.get('cache-control'), token?.length]).toEqual([201, 'no-store', 48]);
  expect(made.text).toContain('shown this once');
  expect(made.text).toContain('data-shown-at="/settings/scim/setup/credentials"');
  expect((await admin.page('/setup')).headers.get('location')).toBe('/settings/scim/setup/credentials');
  expect((await admin.page('/connection/new')).headers.get('location')).toBe('/settings/scim/connection');
  const steps = ['credentials', 'users', 'roles', 'test'].flatMap((step) => [`/setup/${step}`, `/setup/live/${step}`]);
  for (const path of ['', '/connection', '/roles', '/activity', '/live', ...steps]) {
    const page = await admin.page(path);
    expect([path, page.status, page.text.includes(String(token))]).toEqual([path, 200, false]);
  }
  expect((await admin.page('/connection/rename', { displayName: 'New name' })).status).toBe(303);
  expect((await admin.page('/connection?done=renamed')).text).toContain('The connection is renamed');
  const next = tokenIn(await admin.page('/connection/rotation', {}));
  expect((await admin.page('/connection')).text).toContain(`ends in <code>${next?.slice(-4)}</code>`);
  const wrong = await admin.page('/connection/rotation/complete', { nextBearerTokenLastFour: 'zzzz' });
  expect([wrong.status, wrong.text.includes('not the one you were shown')]).toEqual([409, true]);
  expect((await admin.page('/connection/rotation/cancel', {})).headers.get('location')).toContain('done=cancelled');
  const again = tokenIn(await admin.page('/connection/rotation', {}));
  const done = await admin.page('/connection/rotation/complete', { nextBearerTokenLastFour: String(again?.slice(-4)) });
  expect(done.headers.get('location')).toContain('done=completed');
  const ask = await admin.page('/connection/delete');
  const connectionId = /name="connectionId" value="([^"]+)"/.exec(ask.text)?.[1] ?? '';
  const misspelt = await admin.page('/connection/delete', { connectionId, teamName: 'acme' });
  expect([misspelt.status, misspelt.text.includes('not the name of the team')]).toEqual([400, true]);
  const other = await admin.page('/connection/delete', {
    connectionId: 'scim-connection-test-other',
    teamName: 'Acme',
  });
  expect(other.status).toBe(409);
  expect((await admin.page('/connection/delete', { connectionId, teamName: ' Acme ' })).status).toBe(303);
  expect((await admin.page('?done=deleted')).text).toContain('The connection is deleted');
});

it('the form of a new connection shows its error and keeps its values', async () => {
  const refused = await admin.page('/connection', { identityProvider: 'okta', displayName: ' ' });
  expect([refused.status, refused.text.includes('The name of the connection must be text')]).toEqual([400, true]);
  expect(refused.text).toContain('name="identityProvider" value="okta"');
  const unknown = await admin.page('/connection', { identityProvider: 'nothing', displayName: 'x' });
  expect([unknown.status, unknown.text.includes('class="tile"')]).toEqual([400, true]);
  lab.emulator.faults.failNext('scim.connection.create', '500');
  const down = await admin.page('/connection', okta);
  expect([down.status, down.text.includes('value="Acme Okta"')]).toEqual([503, true]);
});

it('a lost answer leads to a page that offers a new token, and a form that is sent again to the step that does', async () => {
  lab.emulator.faults.failNext('scim.connection.create', 'lostReply');
  const lost = await admin.page('/connection', okta);
  expect([lost.status, lost.text.includes('the token is lost')]).toEqual([502, true]);
  expect(lost.text).toContain('action="/settings/scim/setup/token"');
  const again = await admin.page('/connection', okta);
  expect([again.status, again.headers.get('location')]).toEqual([303, '/settings/scim/setup/credentials']);
  expect((await admin.page('/setup/credentials')).text).toContain('It was shown once');
});

it('a token that was lost before anything was heard is replaced at once, and the old one stops working', async () => {
  const made = await admin.page('/connection', { ...okta, app: 'catalog' });
  expect(made.text).toMatch(/id="token" type="text" value="Bearer \w{48}"/);
  const [, baseUrl = '', old = ''] =
    /id="base-url"[^>]*value="([^"]+)"[\s\S]*value="Bearer (\w{48})"/.exec(made.text) ?? [];
  expect((await idp({ base_url: baseUrl, bearer_token: old })('GET', '/Users')).status).toBe(200);
  await admin.page('/connection/rotation', {}); // one that was begun and lost is no obstacle
  const next = tokenIn(await admin.page('/setup/token', {})) ?? '';
  expect((await idp({ base_url: baseUrl, bearer_token: old })('GET', '/Users')).status).toBe(401);
  expect((await idp({ base_url: baseUrl, bearer_token: next })('GET', '/Users')).status).toBe(200);
  const page = (await admin.page('/setup/credentials')).text;
  expect([page.includes(next), page.includes(`<code>${next.slice(-4)}</code>`)]).toEqual([false, true]);
});

it('a token in use is never replaced at once: the way is the rotation', async () => {
  await admin.page('/connection', okta);
  const [row] = await lab.database.scimConnection.findMany({ where: { teamId: admin.teamId } });
  const heard = { outcome: 'changed', trigger: 'hint', eventType: 'scim.member.create', receivedAt: new Date() };
  await lab.database.syncEvent.create({ data: { teamId: admin.teamId, sentAt: new Date(), changes: [], ...heard } });
  expect((await admin.page('/setup/credentials')).text).toContain('href="/settings/scim/connection#token-card"');
  const { headers } = await admin.page('/setup/token', {});
  expect(headers.get('location')).toBe('/settings/scim/connection#token-card');
  const same = await lab.database.scimConnection.findUnique({ where: { id: row?.id ?? '' } });
  expect(same?.bearerTokenLastFour).toBe(row?.bearerTokenLastFour);
});

it('a rotation that is sent again leads to the page that says which token waits', async () => {
  await admin.page('/connection', okta);
  expect(tokenIn(await admin.page('/connection/rotation', {}))).toHaveLength(48);
  const again = await admin.page('/connection/rotation', {});
  expect([again.status, again.headers.get('location')]).toEqual([303, '/settings/scim/connection#token-card']);
});

it('the token is shown although the database fails right after Stytch made it', async () => {
  await lab.database.$executeRaw`ALTER TABLE sync_events RENAME TO sync_events_away`;
  try {
    expect(tokenIn(await admin.page('/connection', okta))).toHaveLength(48);
  } finally {
    await lab.database.$executeRaw`ALTER TABLE sync_events_away RENAME TO sync_events`;
  }
});

it('the set-up leads: a tile, what one needs, a suggested name, then each step with its values to copy', async () => {
  expect((await admin.page('/setup')).headers.get('location')).toBe('/settings/scim/connection/new');
  expect((await admin.page('/setup/users')).headers.get('location')).toBe('/settings/scim/connection/new');
  const tiles = (await admin.page('/connection/new')).text;
  for (const id of providerIds) expect(tiles).toContain(`href="/settings/scim/connection/new?provider=${id}"`);
  const chosen = (await admin.page('/connection/new?provider=google-workspace')).text;
  expect(chosen).toContain('value="Acme Google Workspace"');
  expect(chosen).toContain('Google provisions only apps of its own catalog');
  const made = await admin.page('/connection', { identityProvider: 'microsoft-entra', displayName: 'Acme Entra' });
  expect(made.text).toContain('>Secret Token</label>');
  for (const part of ['users', 'roles', 'test']) {
    const { status, text } = await admin.page(`/setup/${part}`);
    expect([part, status, text.includes('Waiting for Microsoft Entra ID')]).toEqual([part, 200, true]);
  }
  const roles = (await admin.page('/setup/roles')).text;
  expect(roles).toMatch(/readonly[^>]*value="AssertiveApp|value="AssertiveAppRole[^>]*readonly/i);
  expect((await admin.page('/setup/nothing')).status).toBe(404);
});

it('a name is suggested for a team whose name is as long as can be, and Stytch takes it', async () => {
  const team = await signInAdmin(lab, { name: 'Long', teamName: 'x'.repeat(120) });
  await lab.database.team.update({ where: { id: team.teamId }, data: { name: 'x'.repeat(120) } });
  const { text } = await team.page('/connection/new?provider=okta');
  const displayName = /name="displayName"[^>]*value="([^"]+)"/.exec(text)?.[1] ?? '';
  expect(displayName).toBe(`${'x'.repeat(95)} Okta`);
  expect((await team.page('/connection', { identityProvider: 'okta', displayName })).status).toBe(201);
});

const evil = '"><script>alert(1)</script><img src=x onerror=alert(2)>\'{{7*7}}';

it('every page escapes the data of people, the identity provider and Stytch', async () => {
  const team = await signInAdmin(lab, { name: evil, roles: [`scim:${evil}`, `scim:${evil.toUpperCase()}`, evil] });
  await team.page('/connection', { identityProvider: 'okta', displayName: evil.slice(0, 99) });
  const role = await lab.database.role.findFirstOrThrow({ where: { teamId: team.teamId, name: `scim:${evil}` } });
  const { id: userId } = await lab.database.user.create({
    data: {
      teamId: team.teamId,
      email: evil,
      name: evil,
      stytchMemberId: `m${evil}`,
      scimExternalId: evil,
      idpRoleValues: { create: [evil, `{${evil}`, `${evil} 2`].map((value) => ({ value, via: 'groups' })) },
      grants: { create: [{ roleId: role.id, source: 'scim' }] },
    },
  });
  await lab.database.user.create({ data: { teamId: team.teamId, email: `${evil}2`, scimExternalId: evil } });
  const changes = [
    { type: 'role_granted', roleId: role.id, role: evil },
    { type: 'idp_role_value_added', value: evil, via: 'roles' },
  ];
  const event = {
    teamId: team.teamId,
    userId,
    outcome: 'changed',
    trigger: evil,
    eventType: evil,
    stytchMemberId: evil,
    changes,
  };
  await lab.database.syncEvent.create({ data: event });
  const query = encodeURIComponent(evil);
  const paths = [
    '',
    '/live',
    '/connection',
    '/connection/delete',
    '/setup/credentials',
    `/setup/users?app=${query}`,
    '/setup/test',
    '/roles',
    `/roles?q=${query}`,
    `/roles/new?value=${query}`,
    `/roles/${role.id}`,
    `/roles/${role.id}?value=${query}`,
    `/roles/${role.id}/delete`,
    '/activity',
    `/activity?person=${query}`,
    `?done=${query}`,
    `/${query}`,
    `/roles/${query}`,
  ];
  for (const path of paths) {
    const { text } = await team.page(path);
    expect([path, /<script>|<img/i.test(text.replace('<script src="/assets/page.js" defer></script>', ''))]).toEqual([
      path,
      false,
    ]);
    expect([
      path,
      / onerror=alert/.test(
        text.replace(/&lt;img src=x onerror=alert/g, '').replace(/&lt;IMG SRC=X ONERROR=ALERT/g, ''),
      ),
    ]).toEqual([path, false]);
  }
  for (const [path, form] of [
    ['/connection', { identityProvider: evil, displayName: evil }],
    ['/roles', { value: evil, morePermissions: evil }],
    ['/connection/delete', { teamName: evil, connectionId: evil }],
  ] as const) {
    expect((await team.page(path, form)).text).not.toMatch(/<script>alert|<img src=x/);
  }
  const seen = (await team.page('/roles')).text;
  expect(seen).toContain('&lt;script>alert(1)');
});

it('unknown addresses get a helpful answer', async () => {
  for (const [path, status] of [
    ['/roles/%E0%A4%A', 400],
    ['/roles/new', 400],
    ['/roles?q=a&q=b', 400],
    ['/nothing/at/all', 404],
  ] as const) {
    const { status: found, text } = await admin.page(path);
    expect([path, found, text.includes('<h1>')]).toEqual([path, status, true]);
  }
});

it('no parameter of a link can run a script', async () => {
  const { text } = await admin.page('/roles/new?value=javascript:alert(1)');
  expect(text).not.toMatch(/href="javascript/i);
});

it('teams without SCIM, people without the permission, and expired sessions get a page that says what to do', async () => {
  await lab.database.team.update({ where: { id: admin.teamId }, data: { ssoScimEnabled: false } });
  const off = await admin.page('');
  expect([off.status, off.text.includes('Contact Scanner support')]).toEqual([403, true]);
  await lab.database.team.update({ where: { id: admin.teamId }, data: { ssoScimEnabled: true } });
  const { member_id } = lab.emulator.directory.createMember(admin.organizationId, {
    email_address: 'plain@acme.example',
  });
  const plain = await (await signInAs(lab, member_id)).page('');
  expect([plain.status, plain.text.includes('Ask an administrator')]).toEqual([403, true]);
  lab.emulator.sessions.revoke(admin.sessionToken);
  const over = await admin.page('');
  expect([over.status, over.text.includes('Sign in to Scanner')]).toEqual([401, true]);
});

it('a form from another site, or without a session, changes nothing', async () => {
  lab.emulator.calls.reset();
  const form = { method: 'POST', body: new URLSearchParams(okta), redirect: 'manual' as const };
  const cookie = `stytch_session_jwt=${admin.jwt}`;
  for (const [headers, status] of [
    [{ cookie, 'sec-fetch-site': 'cross-site' }, 403],
    [{ cookie, origin: 'https://evil.example' }, 403],
    [{ cookie }, 403],
    [{ 'sec-fetch-site': 'same-origin' }, 401],
  ] as const) {
    expect((await fetch(`${lab.url}/settings/scim/connection`, { ...form, headers })).status).toBe(status);
  }
  expect(lab.emulator.calls.count('scim.connection.create')).toBe(0);
});

it('while the database is unavailable a page says so, without hints for operators', async () => {
  await lab.database.$executeRaw`ALTER TABLE teams RENAME TO teams_away`;
  try {
    const { status, text } = await admin.page('');
    expect([status, text.includes('The Scanner database did not answer')]).toEqual([503, true]);
    expect(text).not.toContain('npm run migrate');
  } finally {
    await lab.database.$executeRaw`ALTER TABLE teams_away RENAME TO teams`;
  }
});

it('styles, script and icon are served, and no other files', async () => {
  const { text } = await admin.page('');
  const links = [...text.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)].map(([, path]) => String(path));
  expect(links).toHaveLength(7);
  for (const path of links) expect([path, (await fetch(lab.url + path)).status]).toEqual([path, 200]);
  for (const path of ['/assets/', '/assets/../site.js', '/assets/%2e%2e/site.js', '/assets/..%2fsite.js']) {
    expect([path, (await fetch(lab.url + path)).status >= 400]).toEqual([path, true]);
  }
});

it('the bare address leads to Settings > SCIM', async () => {
  const { status, headers } = await fetch(`${lab.url}/`, { redirect: 'manual' });
  expect([status, headers.get('location')]).toEqual([302, '/settings/scim']);
});

it('the breadcrumb leads back, on an error page too', async () => {
  for (const path of ['/people', '/nothing']) {
    expect((await admin.page(path)).text).toContain('<a href="/settings/scim">SCIM</a>');
  }
});
