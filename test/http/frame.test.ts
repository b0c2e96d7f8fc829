import { signInAdmin, type TestAdmin } from '../helpers/admin.js';
import { signInSupport } from '../helpers/console.js';
import { type Lab, startLab } from '../helpers/lab.js';

const signInUrl = 'https://app.scanner.example/sign-in';
const own = { 'sec-fetch-site': 'same-origin' };

let lab: Lab;
let admin: TestAdmin;

beforeAll(async () => {
  lab = await startLab({
    worker: false,
    support: true,
    env: { SIGN_IN_URL: signInUrl, SUPPORT_CONTACT: 'help@scanner.example' },
  });
});
beforeEach(async () => {
  admin = await signInAdmin(lab);
});
afterEach(() => lab.emulator.faults.reset());
afterAll(() => lab.stop());

const post = (path: string, form: Record<string, string>, headers: Record<string, string>) =>
  fetch(lab.url + path, { method: 'POST', body: new URLSearchParams(form), redirect: 'manual', headers });

/** The addresses to which a page leads. */
const waysOut = (text: string) => [...text.matchAll(/(?:href|action)="([^"#][^"]*)"/g)].map(([, to]) => String(to));

it('the frame says who is signed in, and has help, support and a way to sign out', async () => {
  const { text } = await admin.page('/roles');
  expect(text).toContain(`Signed in as <bdi>admin-${admin.teamId}@acme.example</bdi>`);
  expect(waysOut(text)).toEqual(
    expect.arrayContaining(['/settings/scim/help', 'mailto:help@scanner.example', '/settings/scim/sign-out']),
  );
  const sam = await signInSupport(lab);
  const console = await sam.get('');
  expect(console.text).toContain(`Signed in as <bdi>${sam.email}</bdi>`);
  expect(waysOut(console.text)).toContain('/support/sign-out');
  expect(console.text).not.toContain('help@scanner.example'); // they are support
});

it('signing out ends the session at Stytch, and may be done twice or without a session', async () => {
  const cookie = `stytch_session_jwt=${admin.jwt}; stytch_session=${admin.sessionToken}`;
  for (const headers of [{ cookie, ...own }, { cookie, ...own }, own]) {
    const answer = await post('/settings/scim/sign-out', {}, headers);
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/settings/scim/signed-out']);
    expect(answer.headers.getSetCookie().join()).toMatch(/stytch_session_jwt=;.*stytch_session=;/);
  }
  expect((await admin.page('')).status).toBe(401);
  const page = await (await fetch(`${lab.url}/settings/scim/signed-out`)).text();
  expect(page).toContain('You are signed out');
  expect(waysOut(page)).toContain(signInUrl);
});

it('another site can not sign anybody out, and while Stytch is away nobody is told that they are signed out', async () => {
  const cookie = `stytch_session_jwt=${admin.jwt}`;
  expect((await post('/settings/scim/sign-out', {}, { cookie, 'sec-fetch-site': 'cross-site' })).status).toBe(403);
  lab.emulator.faults.failNext('sessions.revoke', '500');
  expect((await post('/settings/scim/sign-out', {}, { cookie, ...own })).status).toBe(503);
  expect((await admin.page('')).status).toBe(200);
});

it('help is there without a session, and says what to tell support', async () => {
  const answer = await fetch(`${lab.url}/settings/scim/help`);
  const text = await answer.text();
  expect(answer.status).toBe(200);
  expect(text).toContain('<a href="mailto:help@scanner.example">help@scanner.example</a>');
});

it('each error page has a way out that is not the same page', async () => {
  const stranger = await signInAdmin(lab, { name: 'Gamma', stytchRoles: [] });
  const off = await signInAdmin(lab, { name: 'Delta' });
  await lab.database.team.update({ where: { id: off.teamId }, data: { ssoScimEnabled: false } });
  const over = await signInAdmin(lab, { name: 'Epsilon' });
  lab.emulator.sessions.revoke(over.sessionToken);
  const cases: [who: TestAdmin, path: string, status: number, way: string][] = [
    [over, '', 401, signInUrl],
    [over, '/roles', 401, signInUrl],
    [stranger, '', 403, 'mailto:help@scanner.example'],
    [stranger, '', 403, '/settings/scim/sign-out'],
    [off, '', 403, 'mailto:help@scanner.example'],
    [admin, '/nothing', 404, '/settings/scim'],
    [admin, '/people?limit=x', 400, '/settings/scim'],
  ];
  for (const [who, path, status, way] of cases) {
    const page = await who.page(path);
    expect([path, page.status]).toEqual([path, status]);
    expect(waysOut(page.text.split('<main')[1] ?? '')).toContain(way);
  }
  lab.emulator.faults.failNext('sessions.authenticate', '500');
  const down = await admin.page('/roles?q=x');
  expect(down.status).toBe(503);
  expect(waysOut(down.text)).toEqual(expect.arrayContaining(['/settings/scim/roles?q=x', '/settings/scim']));
  expect(down.text.replace(/<head>.*<\/head>/, '')).not.toMatch(/stytch/i);
});

it('what was typed is kept when the session is over, and can be sent again after the next sign-in', async () => {
  const typed = { value: 'a "quoted" <name>', permissions: 'Query', morePermissions: 'One\nTwo' };
  lab.emulator.sessions.revoke(admin.sessionToken);
  const refused = await admin.page('/roles', typed);
  expect(refused.status).toBe(401);
  expect(refused.text).toContain('What you typed is kept');
  expect(refused.text).toContain(`href="${signInUrl}" class="button" target="_blank"`);
  const fields = [...refused.text.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)];
  const decode = (text = '') => text.replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&amp;', '&');
  expect(Object.fromEntries(fields.map(([, name, value]) => [name, decode(value)]))).toEqual(typed);
  expect(refused.text).toContain('<form method="post" action="/settings/scim/roles"');
});

it('a form without any session, and one that fails because Stytch is away, are kept too', async () => {
  const refused = await post('/settings/scim/roles', { value: 'analyst' }, own);
  expect(await refused.text()).toContain('name="value" value="analyst"');
  lab.emulator.faults.failNext('sessions.authenticate', '500');
  expect((await admin.page('/roles', { value: 'analyst' })).text).toContain('name="value" value="analyst"');
});

it('a form of another site, one that is too large, and one that is no form are not repeated', async () => {
  const evil = await post('/settings/scim/roles', { value: 'evil' }, { 'sec-fetch-site': 'cross-site' });
  expect(await evil.text()).not.toContain('evil');
  const large = await post('/settings/scim/roles', { value: 'x'.repeat(70_000) }, own);
  expect([large.status, (await large.text()).length < 10_000]).toEqual([401, true]);
  const nul = await post('/settings/scim/roles', { value: 'a\0b' }, own);
  expect(nul.status).toBe(401);
  const json = { method: 'POST', body: '{"value":"x"}', headers: { ...own, 'content-type': 'application/json' } };
  expect(await (await fetch(`${lab.url}/settings/scim/roles`, json)).text()).not.toContain('name="value"');
});
