import fc from 'fast-check';
import { testEnv } from '../helpers/config.js';
import { createTestDatabase } from '../helpers/database.js';
import { eventually } from '../helpers/eventually.js';
import { fuzzReporter as reporter } from '../helpers/fuzz-reporter.js';
import { heapAfterCollection, inspectable } from '../helpers/heap.js';
import { startProcess, stopProcess, type TestProcess } from '../helpers/processes.js';
import { backends, startTestQueue } from '../helpers/queue.js';
import { type RawRequest, rawClient } from '../helpers/raw-http.js';
import { memberEvent, signed } from '../helpers/webhook.js';
import { freePort } from '../local/ports.js';

/** More with FUZZ=100000. */
const inputs = Number(process.env.FUZZ ?? 16_000);
const batch = 50;

const anyJson = fc.jsonValue({ depthSize: 'small', maxDepth: 4 });
const nesting = fc
  .tuple(fc.constantFrom('[', '{"a":', '[{"b":'), fc.nat({ max: 30_000 }))
  .map(([one, n]) => one.repeat(n));
const number = fc.constantFrom('1e400', '-0', '9007199254740993', `1${'0'.repeat(400)}`, '1e-400', '0x10', 'NaN');
const keys = ['action', 'event_id', 'id', 'object_type', 'project_id', 'source', 'timestamp', 'member', 'member_ids'];
const texts = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '\u0000',
    '__proto__',
    'constructor',
    'member',
    'organization',
    'scim_connection',
    'DELETE',
    '9999-99-99',
  ),
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
);
/** An event of which a few things are bent. */
const bentEvent = fc
  .dictionary(fc.constantFrom(...keys, '__proto__', 'details', 'organization'), fc.oneof(texts, anyJson), {
    maxKeys: 4,
  })
  .map((change) => JSON.stringify({ ...memberEvent(), ...change }));
const body: fc.Arbitrary<Buffer> = fc.oneof(
  { weight: 5, arbitrary: bentEvent.map((text) => Buffer.from(text)) },
  { weight: 2, arbitrary: anyJson.map((value) => Buffer.from(JSON.stringify(value))) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)) },
  { weight: 1, arbitrary: nesting.map((text) => Buffer.from(text)) },
  {
    weight: 1,
    arbitrary: number.map((text) =>
      Buffer.from(JSON.stringify({ ...memberEvent(), n: 0 }).replace(':0}', `:${text}}`)),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(bentEvent, fc.nat()).map(([text, at]) => Buffer.from(text).subarray(0, at % text.length)),
  },
);

const headerValue = fc.oneof(
  fc.string({ unit: fc.integer({ min: 0x20, max: 0xff }).map((code) => String.fromCharCode(code)), maxLength: 300 }),
  fc.constantFrom(
    '',
    '0',
    '-1',
    '1e99',
    '99999999999999999999',
    'v1,',
    'v1,AAAA',
    `v1,${'A'.repeat(5_000)}`,
    '\u0001',
    'gzip',
  ),
);
const names = ['id', 'timestamp', 'signature'].flatMap((part) => [`svix-${part}`, `webhook-${part}`]);
const header = fc.tuple(
  fc.constantFrom(
    ...names,
    'content-type',
    'content-encoding',
    'cookie',
    'x-forwarded-for',
    'forwarded',
    'accept',
    'range',
    'if-match',
  ),
  headerValue,
);
const method = fc.oneof(
  { weight: 12, arbitrary: fc.constant('POST') },
  {
    weight: 1,
    arbitrary: fc.constantFrom('GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND', 'BREW', 'post'),
  },
);
const path = fc.oneof(
  { weight: 12, arbitrary: fc.constant('/webhooks/stytch') },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '/webhooks/stytch/',
      '/webhooks/stytch?a[b]=c&__proto__=1',
      '/webhooks/%ff',
      '/webhooks/stytch#x',
    ),
  },
);
const signature = fc.constantFrom('good', 'good', 'good', 'forged', 'none');

const webhook: fc.Arbitrary<RawRequest> = fc
  .tuple(method, path, body, fc.array(header, { maxLength: 4 }), signature)
  .map(([method, path, body, more, kind]) => ({
    method,
    path,
    body,
    headers: [...more, ...signatureHeaders(body, kind)],
  }));

function signatureHeaders(body: Buffer, kind: string): [string, string][] {
  if (kind === 'none') return [];
  const { headers } = signed(kind === 'good' ? body.toString('utf8') : 'another'); // as svix reads bytes that are no UTF-8
  return Object.entries(headers);
}

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let queue: Awaited<ReturnType<typeof startTestQueue>>;
let server: TestProcess;
let client: ReturnType<typeof rawClient>;

beforeAll(async () => {
  database = await createTestDatabase();
  queue = await startTestQueue(backends[0], database.url);
  const port = await freePort();
  const env = {
    ...queue.env,
    ...inspectable,
    PORT: String(port),
    LOG_LEVEL: 'info',
    STYTCH_BASE_URL: 'http://127.0.0.1:1',
  };
  server = await startProcess('server', testEnv(env));
  await eventually(async () => (await fetch(`http://127.0.0.1:${port}/readyz`)).status === 200);
  client = rawClient(port);
}, 120_000);
afterAll(async () => {
  client.close();
  await stopProcess(server);
  await queue.stop();
  await database.drop();
});

/** Only our own words; and 503 only while the queue is really slow: alone and again, it is not. */
const check = async (request: RawRequest): Promise<string> => {
  let answer = await client.send(request);
  for (let i = 0; i < 3 && answer?.status === 503; i++) answer = await client.send(request);
  if (answer === null) return 'hung up';
  expect(answer.status).toBeLessThan(500);
  if (answer.body !== '') {
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  }
  if (answer.body !== '' && answer.status !== 202) {
    expect(JSON.parse(answer.body)).toEqual({ error: { code: expect.any(String), message: expect.any(String) } });
  }
  return String(answer.status);
};

it('for any input the receiver answers with its own messages, stays up and stores nothing', async () => {
  const seen = new Map<string, number>();
  const half = async () => {
    const runs = Math.ceil(inputs / batch / 2);
    const property = fc.asyncProperty(fc.array(webhook, { minLength: batch, maxLength: batch }), async (requests) => {
      for (const status of await Promise.all(requests.map(check))) seen.set(status, (seen.get(status) ?? 0) + 1);
    });
    await fc.assert(property, { numRuns: runs, endOnFailure: true, reporter });
    return heapAfterCollection(server);
  };
  const before = await half();
  const after = await half();
  expect(after - before).toBeLessThan(1_500_000); // 0.3 MB was seen; 200 bytes kept of each would be too much

  expect(server.child.exitCode).toBeNull();
  expect(server.output()).not.toMatch(/request failed|unhandled promise rejection|uncaught exception/);
  for (const status of ['202', '400', '401', '403', '405', '429'])
    expect([status, seen.has(status)]).toEqual([status, true]);
}, 300_000);
