import type { Request } from 'express';
import { limitFailures } from '../../src/http/limit-failures.js';
import { eventually } from '../helpers/eventually.js';

class NoSession extends Error {}

/** `asked` has the credentials that Stytch was asked about. */
function setUp({ limit = 2, windowMs = 60_000 } = {}) {
  const asked: string[] = [];
  const excess: number[] = [];
  const { verify } = limitFailures({ limit, windowMs }, (count) => void excess.push(count));
  const from = (address: string | null) => ({ socket: { remoteAddress: address ?? undefined } }) as Request;
  const show = (credential: string, answer: () => Promise<string>, address: string | null = '10.0.0.1') =>
    verify(
      from(address),
      credential,
      () => {
        asked.push(credential);
        return answer();
      },
      (error) => error instanceof NoSession,
    );
  return { show, asked, excess };
}

const good = async () => 'Ada';
const bad = () => Promise.reject(new NoSession('no session'));
const outage = () => Promise.reject(new Error('away'));
const refused = expect.objectContaining({ code: 'too_many_requests', status: 429 });

it('passes on what Stytch says', async () => {
  const { show } = setUp();
  expect(await show('a', good)).toBe('Ada');
  await expect(show('b', bad)).rejects.toThrow('no session');
  await expect(show('c', outage)).rejects.toThrow('away');
});

it('checks as many invalid credentials as the limit, and then none', async () => {
  const { show, asked } = setUp();
  for (const credential of ['a', 'b']) await expect(show(credential, bad)).rejects.toThrow(NoSession);
  await expect(show('c', good)).rejects.toEqual(refused);
  await expect(show('c', good)).rejects.toThrow(
    'Too many requests without a valid session came from this address. Sign in to Scanner again, or wait a minute.',
  );
  expect(asked).toEqual(['a', 'b']);
});

it('counts neither valid credentials nor outages', async () => {
  const { show } = setUp();
  for (let n = 0; n < 5; n++) {
    expect(await show(`good ${n}`, good)).toBe('Ada');
    await expect(show(`outage ${n}`, outage)).rejects.toThrow('away');
  }
});

it('counts calls before they end', async () => {
  const { show, asked } = setUp();
  const ends: (() => void)[] = [];
  for (const credential of ['a', 'b']) {
    void show(credential, () => new Promise((resolve) => void ends.push(() => resolve('Ada'))));
    await eventually(() => expect(asked).toContain(credential));
  }
  await expect(show('c', good)).rejects.toEqual(refused);
  for (const end of ends) end();
  await eventually(async () => expect(await show('c', good)).toBe('Ada'));
});

it('checks as many of the requests of one moment as the limit', async () => {
  const { show, asked } = setUp({ limit: 3 });
  const isAsked = (credential: string) => show(credential, bad).catch((error: unknown) => error instanceof NoSession);
  expect(await Promise.all(['a', 'b', 'c', 'd', 'e'].map(isAsked))).toEqual([true, true, true, false, false]);
  expect(asked).toEqual(['a', 'b', 'c']);
});

it('limits each address separately', async () => {
  const { show } = setUp({ limit: 1 });
  for (const address of ['10.0.0.1', '10.0.0.2', '2001:db8::1', null]) {
    await expect(show('a', bad, address)).rejects.toThrow(NoSession);
    await expect(show('b', bad, address)).rejects.toEqual(refused);
  }
  await expect(show('b', bad, '2001:db8::2')).rejects.toEqual(refused); // the same customer's network
});

it('never refuses a session that Stytch has confirmed, until Stytch says that it is over', async () => {
  const { show } = setUp();
  await show('vouched', good);
  for (const credential of ['a', 'b']) await expect(show(credential, bad)).rejects.toThrow(NoSession);
  await expect(show('new', good)).rejects.toEqual(refused);
  expect(await show('vouched', good)).toBe('Ada');
  await expect(show('vouched', outage)).rejects.toThrow('away');
  await expect(show('vouched', bad)).rejects.toThrow(NoSession);
  await expect(show('vouched', good)).rejects.toEqual(refused);
});

it('remembers the latest 10,000 sessions', async () => {
  const { show } = setUp();
  for (const credential of ['a', 'b']) await expect(show(credential, bad)).rejects.toThrow(NoSession);
  const vouch = (credential: string) => show(credential, good, '10.0.0.2');
  await vouch('first');
  for (let n = 0; n < 9_999; n++) await vouch(`other ${n}`);
  await vouch('first'); // now the latest
  await vouch('new'); // one too many: the oldest is forgotten
  expect(await show('first', good)).toBe('Ada');
  expect(await show('other 1', good)).toBe('Ada');
  await expect(show('other 0', good)).rejects.toEqual(refused);
});

it('starts again after the window, and then reports how many it refused', async () => {
  const { show, excess } = setUp({ limit: 1, windowMs: 200 });
  await expect(show('a', bad)).rejects.toThrow(NoSession);
  for (const credential of ['b', 'c', 'd']) await expect(show(credential, good)).rejects.toEqual(refused);
  await eventually(() => expect(excess).toEqual([3]));
  await eventually(async () => expect(await show('b', good)).toBe('Ada'));
});
