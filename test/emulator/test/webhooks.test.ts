import { Webhook } from 'svix';
import { type Emulator, startEmulator } from '../emulator.js';
import { newWebhookSecret } from '../ids.js';
import { type Receiver, startReceiver } from '../receiver.js';
import { signWebhook } from '../webhooks/sign.js';

let emulator: Emulator;
let receiver: Receiver;
let organizationId: string;
const secret = newWebhookSecret();

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

beforeEach(async () => {
  emulator = await startEmulator();
  receiver = await startReceiver();
  organizationId = emulator.organizations.create({ name: 'Acme' }).organization_id;
  emulator.directory.connect(organizationId);
  emulator.webhooks.setEndpoint({ url: receiver.url, secrets: [secret] });
});
afterEach(async () => {
  await emulator.stop();
  await receiver.stop();
});

const provision = (name = 'ada') => emulator.directory.provision(organizationId, { userName: `${name}@acme.example` });
const latest = () => {
  const message = emulator.webhooks.outbox.at(-1);
  if (message === undefined) throw new Error('The outbox is empty');
  return message;
};
const body = (delivered: { body: string } | undefined) => JSON.parse(delivered?.body ?? '{}');

test('a signature is the one of the published algorithm', () => {
  const headers = signWebhook({
    svixId: 'msg_2exampleExampleExample01',
    at: new Date(1772600767 * 1000),
    secrets: ['whsec_c3R5dGNoLXNjaW0tZG9zc2llci1leGFtcGxlLWtleSE='],
    body: '{"action":"DELETE","event_id":"webhook-event-test-7b0c1f0e-7a55-4f0e-9d43-3c1c6d2f5a10","id":"member-test-5f1f6a1e-2c63-4f3b-8b77-0d9b3a4d2c11","object_type":"member","project_id":"project-test-2a9d4f7c-91c4-4f66-9a0e-6f0f2f3b8e21","source":"SCIM","timestamp":"2026-03-04T05:06:07.123456Z","vertical":"B2B"}',
  });
  expect(headers).toEqual({
    'svix-id': 'msg_2exampleExampleExample01',
    'svix-timestamp': '1772600767',
    'svix-signature': 'v1,L2h2aOy0kcrZCvWIQRAuJsvwUrsri9jnPsCvekNUjb8=',
  });
});

test.each(['svix', 'webhook', 'both'] as const)(
  'a delivery with %s headers verifies with either secret',
  async (headers) => {
    const old = newWebhookSecret();
    emulator.webhooks.setEndpoint({ url: receiver.url, secrets: [secret, old], headers });
    const { member_id } = provision();
    await emulator.webhooks.settled();
    const [delivered] = receiver.delivered;
    for (const each of [secret, old]) {
      expect(new Webhook(each).verify(delivered?.body ?? '', delivered?.headers ?? {})).toMatchObject({
        id: member_id,
      });
    }
    expect(() => new Webhook(newWebhookSecret()).verify(delivered?.body ?? '', delivered?.headers ?? {})).toThrow(
      'No matching signature',
    );
    const families = ['svix-id', 'webhook-id'].filter((name) => name in (delivered?.headers ?? {}));
    expect(families).toEqual({ svix: ['svix-id'], webhook: ['webhook-id'], both: ['svix-id', 'webhook-id'] }[headers]);
    expect(latest()).toMatchObject({ state: 'delivered', attempts: [{ status: 204 }] });
  },
);

test('a failing receiver is tried 8 times on the schedule, with one id, one body and fresh stamps', async () => {
  receiver.answer = () => ({ status: 500 });
  provision();
  await emulator.webhooks.settled();
  const waits = [5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 10 * HOUR];
  for (const [failures, wait] of waits.entries()) {
    expect(receiver.delivered).toHaveLength(failures + 1);
    emulator.clock.advance(wait - 500);
    await emulator.webhooks.settled();
    expect(receiver.delivered).toHaveLength(failures + 1);
    emulator.clock.advance(500);
    await emulator.webhooks.settled();
  }
  expect(latest()).toMatchObject({ state: 'failed', attempts: Array(8).fill({ status: 500 }) });
  emulator.clock.advance(100 * HOUR);
  await emulator.webhooks.settled();
  expect(receiver.delivered).toHaveLength(8);

  const [first] = receiver.delivered;
  for (const delivered of receiver.delivered) {
    expect([delivered.body, delivered.headers['svix-id']]).toEqual([first?.body, first?.headers['svix-id']]);
    // The real time, whatever the clock of the schedule says: receivers reject stamps 5 minutes off.
    new Webhook(secret).verify(delivered.body, delivered.headers);
  }
});

test.each([301, 304, 400, 404, 410, 503])('an answer %i is a failure and is retried', async (status) => {
  receiver.answer = () => ({ status, headers: { location: receiver.url } });
  provision();
  await emulator.webhooks.settled();
  receiver.answer = () => ({ status: 200 });
  emulator.clock.advance(5 * SECOND);
  await emulator.webhooks.settled();
  expect(latest()).toMatchObject({ state: 'delivered', attempts: [{ status }, { status: 200 }] });
});

test('a receiver that does not answer within 15 seconds has failed', async () => {
  receiver.answer = () => 'never';
  provision();
  while (receiver.delivered.length === 0) await new Promise(setImmediate);
  emulator.clock.advance(14.9 * SECOND);
  expect(latest().attempts).toEqual([]);
  emulator.clock.advance(0.1 * SECOND);
  await emulator.webhooks.settled();
  expect(latest()).toMatchObject({ state: 'pending', attempts: [{ status: null, error: 'No answer within 15 s' }] });
});

test('a receiver that is not there has failed, and gets everything once it is back', async () => {
  await receiver.stop();
  provision('ada');
  provision('bob');
  await emulator.webhooks.settled();
  expect(latest().attempts).toMatchObject([{ status: null, error: expect.stringContaining('ECONNREFUSED') }]);
  receiver = await startReceiver();
  emulator.webhooks.setEndpoint({ url: receiver.url, secrets: [secret] });
  emulator.clock.advance(5 * SECOND);
  await emulator.webhooks.settled();
  expect(receiver.delivered).toHaveLength(2);
});

test('abort-message stops the retries of a message', async () => {
  receiver.answer = () => ({ status: 500, headers: { 'webhook-delivery': 'abort-message' } });
  provision();
  await emulator.webhooks.settled();
  emulator.clock.advance(40 * HOUR);
  await emulator.webhooks.settled();
  expect(latest()).toMatchObject({ state: 'aborted', attempts: [{ status: 500 }] });
});

test('disable silences the endpoint until it is set again', async () => {
  receiver.answer = () => ({ status: 200, headers: { 'webhook-delivery': 'disable' } });
  provision('ada');
  await emulator.webhooks.settled();
  provision('bob');
  await emulator.webhooks.settled();
  expect(receiver.delivered).toHaveLength(1);
  expect(latest()).toMatchObject({ state: 'pending', attempts: [] });
});

test('a message is resent under its id with a fresh stamp', async () => {
  provision();
  await emulator.webhooks.settled();
  const { svixId } = latest();
  const attempt = await emulator.webhooks.resend(svixId);
  expect(attempt.status).toBe(204);
  const [first, second] = receiver.delivered;
  expect(second?.headers['svix-id']).toBe(first?.headers['svix-id']);
  new Webhook(secret).verify(second?.body ?? '', second?.headers ?? {});
});

test('by hand nothing leaves before the test says so', async () => {
  emulator.webhooks.mode = 'manual';
  const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
  const ids = names.map((name) => provision(name).member_id);
  await emulator.webhooks.settled();
  expect(receiver.delivered).toEqual([]);

  const pending = emulator.webhooks.outbox.filter((message) => message.eventType === 'scim.member.create');
  const [first] = pending;
  if (first === undefined) throw new Error('Nothing pending');
  await emulator.webhooks.deliver(first);
  expect(body(receiver.delivered[0]).id).toBe(ids[0]);

  receiver.delivered.length = 0;
  await emulator.webhooks.deliverAll({ concurrency: 1, drop: (message) => body(message).id === ids[1] });
  const arrived = () => receiver.delivered.map((each) => body(each).id).filter((id) => ids.includes(id));
  expect(arrived()).toEqual(ids.slice(2));
  expect(pending.map((message) => message.state)).toEqual(['delivered', 'dropped', ...Array(6).fill('delivered')]);
});

test('everything pending can be shuffled and doubled', async () => {
  await emulator.stop();
  let seed = 1;
  const random = () => {
    seed = (seed * 16807) % 2147483647;
    return seed / 2147483647;
  };
  emulator = await startEmulator({ random });
  emulator.webhooks.mode = 'manual';
  emulator.webhooks.setEndpoint({ url: receiver.url, secrets: [secret] });
  for (let n = 0; n < 20; n++) emulator.webhooks.publish({ n });
  await emulator.webhooks.deliverAll({ shuffle: true, duplicate: 1, concurrency: 1 });
  const order = receiver.delivered.map((delivered) => body(delivered).n);
  expect(order).toHaveLength(40);
  expect(new Set(order).size).toBe(20);
  expect(order).not.toEqual([...order].sort((a, b) => a - b));
});

test('in the background deliveries are dropped, doubled, late and shuffled on demand', async () => {
  const { faults } = emulator.webhooks;
  faults.drop = (message) => message.eventType === 'scim.member.create';
  provision('dropped');
  await emulator.webhooks.settled();
  expect(latest().state).toBe('dropped');
  expect(receiver.delivered).toEqual([]);

  Object.assign(faults, { drop: 0, duplicate: 1 });
  provision('doubled');
  await emulator.webhooks.settled();
  const [one, two] = receiver.delivered.map((delivered) => delivered.headers['svix-id']);
  expect(one).toBe(two);

  receiver.delivered.length = 0;
  Object.assign(faults, { duplicate: 0, lateMs: 60 * SECOND });
  provision('late');
  emulator.clock.advance(59 * SECOND);
  await emulator.webhooks.settled();
  expect(receiver.delivered).toHaveLength(0);
  emulator.clock.advance(SECOND);
  await emulator.webhooks.settled();
  expect(receiver.delivered).toHaveLength(1);

  receiver.delivered.length = 0;
  Object.assign(faults, { lateMs: 0, shuffle: true });
  emulator.webhooks.concurrency = 1;
  for (let n = 0; n < 50; n++) emulator.webhooks.publish({ n });
  await emulator.webhooks.settled();
  const order = receiver.delivered.map((delivered) => body(delivered).n);
  expect(order).not.toEqual([...order].sort((a, b) => a - b));
  expect(new Set(order).size).toBe(50);

  emulator.faults.reset();
  expect(emulator.webhooks.faults.shuffle).toBe(false);
});

test('a doubled delivery that fails is not retried twice', async () => {
  emulator.webhooks.faults.duplicate = 1;
  receiver.answer = () => ({ status: 500 });
  provision();
  await emulator.webhooks.settled();
  expect(receiver.delivered).toHaveLength(2);
  emulator.clock.advance(5 * SECOND);
  await emulator.webhooks.settled();
  expect(receiver.delivered).toHaveLength(3);
});

test('no more than `concurrency` deliveries are in flight', async () => {
  receiver.answer = () => 'never';
  for (let n = 0; n < 50; n++) emulator.webhooks.publish({ n });
  while (receiver.delivered.length < 20) await new Promise(setImmediate);
  await new Promise(setImmediate);
  expect(receiver.delivered).toHaveLength(20);
});

test('tests can sign any message for any time and post it themselves', () => {
  emulator.webhooks.mode = 'manual';
  const message = emulator.webhooks.publish('no JSON', 'direct.member.create');
  const fresh = emulator.webhooks.sign(message);
  const stale = emulator.webhooks.sign(message, new Date(Date.now() - 6 * MINUTE));
  expect(() => new Webhook(secret).verify(fresh.body, fresh.headers)).toThrow(SyntaxError);
  expect(() => new Webhook(secret).verify(stale.body, stale.headers)).toThrow('Message timestamp too old');
});

test('without an endpoint messages wait in the outbox; with a limit only the latest are remembered', async () => {
  await emulator.stop();
  emulator = await startEmulator({ outboxLimit: 3 });
  for (let n = 0; n < 5; n++) emulator.webhooks.publish({ n });
  expect(emulator.webhooks.outbox.map((message) => body(message).n)).toEqual([2, 3, 4]);
  emulator.webhooks.setEndpoint({ url: receiver.url, secrets: [secret] });
  await emulator.webhooks.deliverAll();
  expect(receiver.delivered).toHaveLength(3);
});

test("the sender's clock may be off: in the events and in their signatures", async () => {
  const skewMs = -4 * MINUTE;
  emulator.webhooks.faults.clockSkewMs = skewMs;
  provision();
  await emulator.webhooks.settled();
  const [delivered] = receiver.delivered;
  const signedAtMs = Number(delivered?.headers['svix-timestamp']) * SECOND;
  for (const shownMs of [Date.parse(body(delivered).timestamp), signedAtMs]) {
    expect(Math.abs(shownMs - skewMs - Date.now())).toBeLessThan(MINUTE);
  }
});
