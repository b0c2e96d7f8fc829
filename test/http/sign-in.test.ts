import { type Emulator, startEmulator } from '../emulator/emulator.js';
import { bearer, startDoor } from '../helpers/door.js';

let emulator: Emulator;
let door: Awaited<ReturnType<typeof startDoor>>;
let memberId: string;
let organizationId: string;

beforeAll(async () => {
  emulator = await startEmulator();
  organizationId = emulator.organizations.create({ name: 'Acme' }).organization_id;
  const admin = { email_address: 'ada@acme.example', roles: ['stytch_admin'] };
  memberId = emulator.directory.createMember(organizationId, admin).member_id;
  door = await startDoor(emulator);
});
afterEach(() => emulator.faults.reset());
afterAll(async () => {
  door.stop();
  await emulator.stop();
});

const who: typeof door.who = (...request) => door.who(...request);

it('accepts a bearer JWT, a cookie, and the session token once the JWT has expired', async () => {
  const { session_jwt, session_token } = await emulator.sessions.mint({ memberId });
  const ways = [
    bearer(session_jwt),
    { cookie: `a=1; stytch_session_jwt=${session_jwt}` },
    { cookie: `stytch_session=${session_token}` },
    { cookie: `stytch_session_jwt=not.a.jwt; stytch_session=${session_token}` },
  ];
  for (const headers of ways) {
    const { status, text } = await who(headers);
    expect([status, JSON.parse(text)]).toEqual([
      200,
      { memberId, organizationId, email: 'ada@acme.example', isAllowed: true },
    ]);
  }
});

it('accepts an expired JWT while its session lasts, and not after', async () => {
  const { session_jwt, session_token } = await emulator.sessions.mint({ memberId, jwtAgeSeconds: 600 });
  expect((await who(bearer(session_jwt))).status).toBe(200);
  emulator.sessions.expire(session_token);
  expect((await who(bearer(session_jwt))).status).toBe(401);
});

it('refuses a session that is revoked, forged, of another project, or missing', async () => {
  const revoked = await emulator.sessions.mint({ memberId });
  emulator.sessions.revoke(revoked.session_token);
  const good = await emulator.sessions.mint({ memberId });
  const [head, , signature] = good.session_jwt.split('.');
  const claims = { 'https://stytch.com/organization': { organization_id: organizationId } };
  const forged = [head, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.');
  const headers = [
    ...[revoked.session_jwt, forged, 'a.b.c', 'x'.repeat(10_000), '<script>'].map(bearer),
    { authorization: 'Basic YTpi' },
    { cookie: 'stytch_session_jwt=; stytch_session="' },
    {},
  ];
  for (const one of headers) {
    const { status, text } = await who(one as Record<string, string>);
    expect([status, JSON.parse(text).error.code]).toEqual([401, 'not_signed_in']);
  }
});

it('identifies a person without the permission, and reports that they lack it', async () => {
  const plain = emulator.directory.createMember(organizationId, { email_address: 'bob@acme.example' }).member_id;
  const { session_jwt } = await emulator.sessions.mint({ memberId: plain });
  expect(JSON.parse((await who(bearer(session_jwt))).text)).toMatchObject({ memberId: plain, isAllowed: false });
});

it.each([
  [403, 'session_authorization_error'],
  [400, 'invalid_permission_resource'],
  [400, 'invalid_permission_action'],
])(
  'treats %i %s as "not allowed": one of the answers for a policy without the resource or action',
  async (status, error_type) => {
    const { session_jwt } = await emulator.sessions.mint({ memberId });
    emulator.faults.failNext('sessions.authenticate', { status, error_type });
    const answer = await who(bearer(session_jwt));
    expect([answer.status, JSON.parse(answer.text)]).toMatchObject([200, { memberId, isAllowed: false }]);
  },
);

it('makes one call to Stytch for each request, so a removed role takes effect at once', async () => {
  const { session_jwt } = await emulator.sessions.mint({ memberId });
  await who(bearer(session_jwt)); // the keys that it is signed with are fetched once
  emulator.calls.reset();
  await who(bearer(session_jwt));
  expect(emulator.calls.count()).toBe(1);
  emulator.directory.updateMember(memberId, { roles: [] });
  expect(JSON.parse((await who(bearer(session_jwt))).text).isAllowed).toBe(false);
  emulator.directory.updateMember(memberId, { roles: ['stytch_admin'] });
});

it.each(['500', '429', 'html502', 'reset'] as const)(
  'reports an outage of Stytch (%s) without details',
  async (kind) => {
    const { session_jwt } = await emulator.sessions.mint({ memberId });
    emulator.faults.failNext('sessions.authenticate', kind);
    const { status, text } = await who(bearer(session_jwt));
    expect([status, JSON.parse(text)]).toEqual([
      503,
      {
        error: {
          code: 'unavailable',
          message: expect.stringMatching(/SCIM (service|connection).*Try again in a minute/),
        },
      },
    ]);
  },
);

it.each([
  ['to another site’s origin', 'POST', '/api/who', { 'sec-fetch-site': 'cross-site' }],
  ['to a missing page', 'GET', '/api/none', {}],
  ['with a NUL in the address', 'GET', '/api/who?a=%00', {}],
  ['with credentials of another kind', 'GET', '/api/who', { authorization: 'Basic YTpi' }],
] as const)(
  'a request without credentials %s gets 401 before anything else is checked',
  async (_, method, path, headers) => {
    emulator.calls.reset();
    const { status, text } = await who(headers as unknown as Record<string, string>, method, path);
    expect([status, JSON.parse(text).error.code]).toEqual([401, 'not_signed_in']);
    expect(emulator.calls.count()).toBe(0);
  },
);

it.each([
  ['a form on another site', { 'sec-fetch-site': 'cross-site' }, 403],
  ['a page of a sibling domain', { 'sec-fetch-site': 'same-site' }, 403],
  ['an older browser, from another site', { origin: 'https://evil.example' }, 403],
  ['a sandboxed frame', { origin: 'null' }, 403],
  ['no browser, but a cookie', {}, 403],
  ['our own page', { 'sec-fetch-site': 'same-origin' }, 200],
])('a write from %s', async (_, headers, expected) => {
  const { session_token } = await emulator.sessions.mint({ memberId });
  const { status } = await who({ cookie: `stytch_session=${session_token}`, ...headers }, 'POST');
  expect(status).toBe(expected);
});

it('a program may write with a bearer token, and an older browser from our own origin with its cookie', async () => {
  const { session_jwt, session_token } = await emulator.sessions.mint({ memberId });
  expect((await who(bearer(session_jwt), 'POST')).status).toBe(200);
  expect((await who({ cookie: `stytch_session=${session_token}`, origin: door.url }, 'POST')).status).toBe(200);
});

it('every answer has the security headers and is never cached, errors too', async () => {
  const { session_jwt } = await emulator.sessions.mint({ memberId });
  const asked = ['/api/who', '/pages/who', '/pages/none'].flatMap((path) => [
    { path, credentials: {} as Record<string, string> },
    { path, credentials: bearer(session_jwt) },
  ]);
  for (const { path, credentials } of asked) {
    const { headers } = await who(credentials, 'GET', path);
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('cache-control')).toBe('no-store');
  }
});

it('answers people with a page and programs with JSON', async () => {
  const { status, headers, text } = await who({}, 'GET', '/pages/who');
  expect([status, headers.get('content-type')]).toEqual([401, 'text/html; charset=utf-8']);
  expect(text).toContain('Sign in first');
  const { session_jwt } = await emulator.sessions.mint({ memberId });
  const { status: missing, text: page } = await who(bearer(session_jwt), 'GET', '/pages/none');
  expect([missing, page.includes('Not found')]).toEqual([404, true]);
});
