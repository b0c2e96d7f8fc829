import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import express from 'express';
import { pino } from 'pino';
import { startServer } from '../../src/server.js';
import { limitRejections } from '../../src/webhook/rate-limit.js';
import { testConfig } from '../helpers/config.js';
import { createTestDatabase } from '../helpers/database.js';
import { eventually } from '../helpers/eventually.js';
import { backends, startTestQueue } from '../helpers/queue.js';
import { memberEvent, post, postAll, signed } from '../helpers/webhook.js';

/** All requests come from 127.0.0.1, as they do when a proxy stands before the receiver. */
let database: Awaited<ReturnType<typeof createTestDatabase>>;
let queue: Awaited<ReturnType<typeof startTestQueue>>;
let server: Awaited<ReturnType<typeof startServer>>;
let url: string;
let logged: { msg: string }[];

beforeEach(async () => {
  logged = [];
  const log = pino({ level: 'trace' }, { write: (line: string) => void logged.push(JSON.parse(line)) });
  database = await createTestDatabase();
  queue = await startTestQueue(backends[0], database.url);
  server = await startServer(testConfig(queue.env), log, { schedules: false });
  url = `http://127.0.0.1:${server.port}`;
  await eventually(async () => (await fetch(`${url}/readyz`)).status === 200);
});
afterEach(async () => {
  await server.stop();
  await queue.stop();
  await database.drop();
});

const forged = () => ({ ...signed(), body: JSON.stringify(memberEvent()) });
const unsigned = (body = '{}') => ({ body, headers: {} });
const tellings = () => logged.filter(({ msg }) => msg === 'webhook rejected').length;
const rejections = async (reason: string) => {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(new RegExp(`scim_webhook_rejections_total\\{reason="${reason}"\\} (\\d+)`).exec(text)?.[1]);
};

it('a signed message is never limited, before, during or after a flood from the same address', async () => {
  await postAll(url, 300, () => signed());
  const beside: number[] = [];
  const flood = postAll(url, 600, forged);
  for (let i = 0; i < 200; i++) beside.push((await post(url, signed())).status);
  await flood;
  beside.push((await post(url, signed())).status);
  expect(new Set(beside)).toEqual(new Set([202]));
  expect(await rejections('bad_signature')).toBe(600);
});

it.each([
  ['forged', forged, 401, 'bad_signature'],
  ['unsigned', unsigned, 401, 'missing_headers'],
  ['signed long ago', () => signed(memberEvent(), { at: new Date(0) }), 401, 'stale'],
  ['too large', () => signed('x'.repeat(1024 * 1024 + 1)), 413, 'too_large'],
])('a request that is %s gets the reason a hundred times a minute, then 429', async (_, request, status, code) => {
  expect(await post(url, request())).toMatchObject({ status, body: { error: { code } } });
  await postAll(url, 98, unsigned);
  expect(await post(url, request())).toMatchObject({ status, body: { error: { code } } });
  const before = await rejections(code);
  const error = { code: 'too_many_requests', message: expect.stringContaining('Wait a minute') };
  for (let i = 0; i < 5; i++) expect(await post(url, request())).toMatchObject({ status: 429, body: { error } });
  expect(await rejections(code)).toBe(before + 5);
  expect(tellings()).toBe(100);
});

it('a signed but wrong request always gets the reason', async () => {
  await postAll(url, 150, unsigned);
  const other = () => signed(memberEvent({ project_id: 'project-test-other' }));
  for (let i = 0; i < 120; i++) expect((await post(url, other())).status).toBe(403);
  expect((await post(url, signed('hello'))).status).toBe(400);
});

it('beyond the limit the body is not read when the headers are already wrong', async () => {
  await postAll(url, 100, unsigned);
  const socket = connect(server.port, '127.0.0.1');
  const heard: string[] = [];
  socket.on('data', (chunk) => heard.push(String(chunk))).on('error', () => {});
  socket.write('POST /webhooks/stytch HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nbegun, and never ended');
  await once(socket, 'close');
  expect(heard.join('')).toMatch(/^HTTP\/1.1 429 .*Connection: close.*too_many_requests/s);
});

const head =
  'POST /webhooks/stytch HTTP/1.1\r\nHost: x\r\nsvix-id: msg_1\r\nsvix-timestamp: 1\r\nsvix-signature: v1,x\r\n';

it("bodies that never end share 64 MiB: beyond it they get 503, and Svix's messages are still accepted", async () => {
  const begun = Buffer.from(`${head}Content-Length: 1048576\r\n\r\n${' '.repeat(1_000_000)}`);
  const answers: string[] = [];
  const crowd = Array.from({ length: 80 }, () => {
    const socket = connect(server.port, '127.0.0.1').on('error', () => {});
    socket.on('data', (chunk) => void answers.push(String(chunk)));
    socket.write(begun);
    return socket;
  });
  await eventually(async () => expect(await rejections('overloaded')).toBeGreaterThan(0));
  for (let i = 0; i < 20; i++) expect(await post(url, signed())).toMatchObject({ status: 202 });
  await eventually(() => answers.length > 0); // a sender that is still writing may not hear why it is hung up on
  expect(answers[0]).toMatch(/^HTTP\/1.1 503 .*close.*"overloaded"/s);
  for (const socket of crowd) socket.destroy();
  const large = () => signed(memberEvent({ padding: 'x'.repeat(900_000) }));
  await eventually(async () => expect(await post(url, large())).toMatchObject({ status: 202 })); // there is room again
});

it('a body sent byte by byte counts by its memory', async () => {
  const socket = connect(server.port, '127.0.0.1').on('error', () => {});
  socket.write(`${head}Transfer-Encoding: chunked\r\n\r\n${'1\r\n \r\n'.repeat(70_000)}`);
  await eventually(async () => expect(await rejections('overloaded')).toBe(1));
  socket.destroy();
});

it('any number of excess requests is one log line a minute', async () => {
  const told: number[] = [];
  const rejectionLimit = limitRejections((count) => told.push(count), { limit: 2, windowMs: 500 });
  const app = express().use(async (request, response) => void response.json(await rejectionLimit(request, response)));
  const listening = app.listen(0, '127.0.0.1');
  await once(listening, 'listening');
  const { port } = listening.address() as AddressInfo;
  const ask = async () => (await fetch(`http://127.0.0.1:${port}`)).json();
  const answers = [];
  while (told.length === 0) answers.push(await ask());
  expect(answers.slice(0, 3)).toEqual([true, true, false]);
  const refused = answers.filter((answer) => answer === false).length;
  expect([told[0], told[0] === refused || told[0] === refused - 1]).toEqual([told[0], true]); // one may end beside it
  await eventually(async () => (await ask()) === true); // the next window is a new one
  listening.close();
});
