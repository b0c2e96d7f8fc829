import { generateKeyPairSync, sign } from 'node:crypto';
import { type Emulator, startEmulator } from '../emulator/emulator.js';
import { bearer, startDoor } from '../helpers/door.js';
import { eventually } from '../helpers/eventually.js';

/** All requests come from 127.0.0.1, as they do when a proxy stands before the server. */
const limit = 20;
let emulator: Emulator;
let door: Awaited<ReturnType<typeof startDoor>>;
let memberId: string;
let excess: number[];

beforeEach(async () => {
  emulator = await startEmulator();
  const { organization_id } = emulator.organizations.create({ name: 'Acme' });
  const admin = { email_address: 'ada@acme.example', roles: ['stytch_admin'] };
  memberId = emulator.directory.createMember(organization_id, admin).member_id;
  excess = [];
  const onExcess = (count: number) => void excess.push(count);
  door = await startDoor(emulator, { pace: { limit, windowMs: 60_000 }, onExcess });
});
afterEach(async () => {
  door.stop();
  await emulator.stop();
});

const signedIn = (options: { jwtAgeSeconds?: number } = {}) => emulator.sessions.mint({ memberId, ...options });
const asked = () => emulator.calls.count('sessions.authenticate');
const junkToken = () => ({ cookie: `stytch_session=${crypto.randomUUID()}` });
/** The answers to many requests at once, how many of each. */
async function flood(count: number, headers: () => Record<string, string>): Promise<Record<number, number>> {
  const statuses: Record<number, number> = {};
  const answers = await Promise.all(Array.from({ length: count }, () => door.who(headers())));
  for (const { status } of answers) statuses[status] = (statuses[status] ?? 0) + 1;
  return statuses;
}

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** JWTs that nobody at Stytch has signed, the good one's header and claims in them. */
function forgeries(jwt: string): string[] {
  const [head = '', claims = '', signature = ''] = jwt.split('.');
  const header = JSON.parse(Buffer.from(head, 'base64url').toString());
  const admin = encoded({ ...JSON.parse(Buffer.from(claims, 'base64url').toString()), sub: 'member-test-other' });
  const own = sign('sha256', Buffer.from(`${head}.${claims}`), privateKey).toString('base64url');
  return [
    'a.b.c',
    '..',
    `${head}.${claims}.`,
    `${head}.${admin}.${signature}`,
    `${head}.${claims}.${own}`,
    `${encoded({ ...header, alg: 'none' })}.${claims}.`,
    `${encoded({ ...header, kid: 'jwk-test-unknown' })}.${claims}.${signature}`,
    `${encoded({ ...header, alg: 'HS256' })}.${claims}.${signature}`,
    `${encoded({ alg: 'RS256', typ: 'JWT' })}.${claims}.${own}`,
  ];
}

it('2,000 forged JWTs make no call to Stytch, and block nobody', async () => {
  const good = await signedIn();
  const forged = forgeries(good.session_jwt);
  let n = 0;
  const next = () => String(forged[n++ % forged.length]);
  expect(await flood(1_000, () => bearer(next()))).toEqual({ 401: 1_000 });
  expect(await flood(1_000, () => ({ cookie: `stytch_session_jwt=${next()}` }))).toEqual({ 401: 1_000 });
  expect(asked()).toBe(0);
  expect(emulator.calls.count()).toBeLessThanOrEqual(1); // the keys
  expect((await door.who(bearer(good.session_jwt))).status).toBe(200);
  expect((await door.who({ cookie: `stytch_session=${good.session_token}` })).status).toBe(200);
});

it('session tokens, which only Stytch can verify, make calls up to the limit', async () => {
  expect(await flood(200, junkToken)).toEqual({ 401: limit, 429: 200 - limit });
  expect(asked()).toBe(limit);
});

it('a flood of them blocks nobody with a valid JWT, and no session that Stytch has confirmed before', async () => {
  const [before, later] = [await signedIn(), await signedIn()];
  const token = (session_token: string) => ({ cookie: `stytch_session=${session_token}` });
  expect((await door.who(token(before.session_token))).status).toBe(200);
  await flood(200, junkToken);
  for (let i = 0; i < 2 * limit; i++) expect((await door.who(bearer(later.session_jwt))).status).toBe(200);
  expect((await door.who(token(before.session_token))).status).toBe(200);
  const refused = await door.who(token(later.session_token));
  expect([refused.status, JSON.parse(refused.text).error]).toEqual([
    429,
    { code: 'too_many_requests', message: expect.stringMatching(/sign in .*again/i) },
  ]);
});

it('a confirmed session that is revoked is limited again', async () => {
  const { session_token } = await signedIn();
  const headers = { cookie: `stytch_session=${session_token}` };
  expect((await door.who(headers)).status).toBe(200);
  emulator.sessions.revoke(session_token);
  await flood(200, () => headers);
  const calls = asked();
  await flood(200, () => headers);
  expect(asked() - calls).toBeLessThanOrEqual(limit);
});

it('valid sessions do not count, however many at once', async () => {
  const sessions = await Promise.all(Array.from({ length: limit }, () => signedIn()));
  for (let round = 0; round < 3; round++) {
    const answers = await Promise.all(
      sessions.map(({ session_token }) => door.who({ cookie: `stytch_session=${session_token}` })),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(limit).fill(200));
  }
});

it('several cookies with one name are tried, in any order, up to a limit', async () => {
  const [stale, good] = [await signedIn(), await signedIn()];
  emulator.sessions.revoke(stale.session_token);
  const old = await signedIn({ jwtAgeSeconds: 600 });
  emulator.sessions.revoke(old.session_token);
  const pairs = [
    [`stytch_session_jwt=${old.session_jwt}`, `stytch_session_jwt=${good.session_jwt}`],
    [`stytch_session_jwt=${stale.session_jwt}`, `stytch_session_jwt=${good.session_jwt}`],
    [`stytch_session=${stale.session_token}`, `stytch_session=${good.session_token}`],
    ['stytch_session=', `stytch_session=${good.session_token}`],
    ['stytch_session="not closed', `stytch_session=${good.session_token}`],
  ];
  for (const pair of pairs)
    for (const cookies of [pair, [...pair].reverse()])
      expect([cookies, (await door.who({ cookie: cookies.join('; ') })).status]).toEqual([cookies, 200]);
  emulator.calls.reset();
  const many = Array.from({ length: 50 }, () => junkToken().cookie).join('; ');
  expect((await door.who({ cookie: many })).status).toBe(401);
  expect(asked()).toBeLessThanOrEqual(3);
});

it('a JWT that is too new or too old by our clock is accepted if Stytch confirms it', async () => {
  for (const jwtAgeSeconds of [-120, 600]) {
    const { session_jwt } = await signedIn({ jwtAgeSeconds });
    expect((await door.who(bearer(session_jwt))).status).toBe(200);
  }
});

it('without the keys JWTs make calls up to the limit, and with the keys none', async () => {
  const { session_jwt } = await signedIn();
  const restore = emulator.faults.failWhile('sessions.getJWKS', '500');
  expect((await door.who(bearer(session_jwt))).status).toBe(200);
  const junk = forgeries(session_jwt);
  let n = 0;
  expect(await flood(100, () => bearer(String(junk[n++ % junk.length])))).toEqual({ 401: limit, 429: 100 - limit });
  expect((await door.who(bearer(session_jwt))).status).toBe(200);
  expect(emulator.calls.count('sessions.getJWKS')).toBe(1); // not again for each of them
  restore();
});

it('an outage of Stytch does not count: afterwards everybody can sign in', async () => {
  const { session_token } = await signedIn();
  const headers = { cookie: `stytch_session=${session_token}` };
  const restore = emulator.faults.failWhile('sessions.authenticate', '500');
  expect(await flood(limit, () => headers)).toEqual({ 503: limit });
  restore();
  expect((await door.who(headers)).status).toBe(200);
});

it('one log line a minute counts the refused ones', async () => {
  door.stop();
  door = await startDoor(emulator, { pace: { limit: 2, windowMs: 400 }, onExcess: (count) => void excess.push(count) });
  await flood(10, junkToken);
  await eventually(() => excess.length > 0);
  expect(excess).toEqual([8]);
  expect((await door.who(junkToken())).status).toBe(401); // the next window is a new one
});
