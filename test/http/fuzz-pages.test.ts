import fc from 'fast-check';
import { signInAdmin } from '../helpers/admin.js';
import { testEnv } from '../helpers/config.js';
import { signInSupport } from '../helpers/console.js';
import { eventually } from '../helpers/eventually.js';
import { fuzzReporter as reporter } from '../helpers/fuzz-reporter.js';
import { heapAfterCollection, inspectable } from '../helpers/heap.js';
import { type Lab, startLab } from '../helpers/lab.js';
import { startProcess, stopProcess, type TestProcess } from '../helpers/processes.js';
import { type RawAnswer, type RawRequest, rawClient } from '../helpers/raw-http.js';
import { freePort } from '../local/ports.js';

/** More with FUZZ=100000. */
const inputs = Number(process.env.FUZZ ?? 6_000);
const batch = 20;

/** Each route, whatever its methods are: the method is drawn apart. */
const paths = [
  '/api/scim/connection',
  '/api/scim/connection/rotation',
  '/api/scim/roles',
  '/api/scim/roles/:id',
  '/api/scim/activity',
  '/api/scim/activity.csv',
  '/api/scim/health',
  '/api/scim/setup',
  '/api/scim/none',
  '/settings/scim',
  '/settings/scim/live',
  '/settings/scim/connection',
  '/settings/scim/connection/new',
  '/settings/scim/connection/rename',
  '/settings/scim/connection/delete',
  '/settings/scim/connection/rotation',
  '/settings/scim/connection/rotation/complete',
  '/settings/scim/connection/rotation/cancel',
  '/settings/scim/roles',
  '/settings/scim/roles/new',
  '/settings/scim/roles/:id',
  '/settings/scim/roles/:id/rename',
  '/settings/scim/roles/:id/delete',
  '/settings/scim/activity',
  '/settings/scim/activity.csv',
  '/support',
  '/support/live',
  '/support/failed',
  '/support/jobs/:id',
  '/support/preview',
  '/support/replay',
  '/support/replays/:id',
  '/support/replays/:id/live',
  '/support/replays',
  '/support/replays/:id/cancel',
  '/support/teams/:id',
  '/support/teams/:id/resync',
  '/support/teams/:id/enable',
  '/support/held/:id',
  '/support/held/:id/people.csv',
  '/settings/scim/held',
  '/settings/scim/held/people.csv',
  '/settings/scim/held/keep',
  '/settings/scim/held/deactivate',
  '/support/why',
  '/support/resync',
  '/support/held',
  '/support/held/:id/release',
  '/support/held/:id/discard',
  '/support/queues',
  '/support/queues/api/queues',
  '/support/queues/api/queues/:id/:id',
  '/support/queues/queue/:id',
  '/assets/style.css',
  '/assets/:id',
  '/',
  '/healthz',
  '/readyz',
  '/metrics',
  '/:id',
];
const fields = [
  'displayName',
  'identityProvider',
  'value',
  'name',
  'permissions',
  'fingerprint',
  'nextBearerTokenLastFour',
  'connectionId',
  'teamName',
  'reason',
  'who',
  'team',
  'job',
  'which',
  'type',
  'error',
  'since',
  'until',
  'memberId',
  'person',
  'outcome',
  'cursor',
  'limit',
  'q',
  'preview',
  'done',
  'skipped',
  '__proto__',
  'toString',
];

/** What a route reads, so that most of what is sent gets as far as it can. */
const fieldsOf = (path: string): string[] => {
  if (path.includes('/roles')) return ['value', 'name', 'permissions', 'fingerprint', 'q', 'preview'];
  if (path.includes('/activity')) return ['person', 'outcome', 'cursor', 'limit'];
  if (path.includes('/connection'))
    return ['displayName', 'identityProvider', 'connectionId', 'teamName', 'nextBearerTokenLastFour'];
  if (path.startsWith('/support/why')) return ['who', 'team', 'done'];
  if (path.includes('/held')) return ['hold', 'count', 'q', 'from', 'done', 'reason'];
  if (path.startsWith('/support/resync')) return ['memberId', 'team', 'reason'];
  if (path.startsWith('/support'))
    return ['team', 'type', 'error', 'since', 'until', 'job', 'which', 'reason', 'skipped'];
  return fields;
};

const text = fc.oneof(
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
  { weight: 2, arbitrary: fc.string({ maxLength: 60 }) },
  { weight: 1, arbitrary: fc.uuid() },
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      '',
      '\u0000',
      'a\u0000b',
      '../../etc/passwd',
      "' OR 1=1 --",
      '<script>alert(1)</script>',
      '9'.repeat(30),
      '-1',
      '1e308',
      '0000-00-00',
      '9999-12-31T23:59:59Z',
      '1h',
      'true',
      'all',
      'okta',
      'changed',
      'ada@acme.example',
      'Acme',
      'scim:analyst',
      'analyst',
      '\ud800',
      '\u202e',
      '%',
      '_',
      'x'.repeat(3_000),
    ),
  },
);
const encoded = fc.oneof(
  { weight: 6, arbitrary: text.map((value) => encodeURIComponent(value.toWellFormed())) },
  { weight: 1, arbitrary: fc.constantFrom('%', '%ff', '%00', '%2e%2e%2f', '..', '%c0%af', ';', '[]') },
);
const nameFor = (route: string) =>
  fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...fieldsOf(route)) },
    { weight: 1, arbitrary: fc.constantFrom(...fields, 'job[]', 'q[a]') },
  );
const formFor = (route: string) =>
  fc
    .array(fc.tuple(nameFor(route), encoded), { maxLength: 4 })
    .map((all) => all.map((pair) => pair.join('=')).join('&'));
const pathFor = (route: string) =>
  fc
    .tuple(encoded, fc.option(formFor(route)))
    .map(([id, query]) => route.replaceAll(':id', id || 'x') + (query === null ? '' : `?${query}`));
const jsonFor = (route: string) =>
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc
        .dictionary(nameFor(route), fc.oneof(text, text, fc.jsonValue({ maxDepth: 2 })), { maxKeys: 4 })
        .map((one) => JSON.stringify(one)),
    },
    { weight: 1, arbitrary: fc.jsonValue().map((one) => JSON.stringify(one)) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        '',
        '{',
        '[]',
        'null',
        '['.repeat(20_000),
        '{"limit":1e999}',
        `{"value":"${'x'.repeat(70_000)}"}`,
      ),
    },
  );
const oddTypes = fc.constantFrom('text/plain', 'application/json; charset=utf-7', 'multipart/form-data', '', ';');
const bodyFor = (route: string): fc.Arbitrary<[string, string]> => {
  const form = fc.tuple(fc.constant('application/x-www-form-urlencoded'), formFor(route));
  const json = fc.tuple(fc.constant('application/json'), jsonFor(route));
  const [usual, other] = route.startsWith('/api') ? [json, form] : [form, json];
  return fc.oneof(
    { weight: 8, arbitrary: usual },
    { weight: 1, arbitrary: other },
    { weight: 1, arbitrary: fc.tuple(oddTypes, jsonFor(route)) },
  );
};
const method = fc.constantFrom('GET', 'GET', 'GET', 'POST', 'POST', 'PATCH', 'PUT', 'DELETE', 'HEAD', 'OPTIONS');
const site = fc.constantFrom('same-origin', 'same-origin', 'same-origin', 'cross-site', 'none', '');

let lab: Lab;
let server: TestProcess;
let client: ReturnType<typeof rawClient>;
/** Of many teams, and many of support, so that the limit on writes leaves room. */
let sessions: { admins: string[]; helpers: string[] };

beforeAll(async () => {
  lab = await startLab({ support: true });
  const admins = await Promise.all(Array.from({ length: 24 }, (_, n) => signInAdmin(lab, { name: `Acme ${n}` })));
  const helpers = await Promise.all(Array.from({ length: 12 }, () => signInSupport(lab)));
  sessions = { admins: admins.map(({ jwt }) => jwt), helpers: helpers.map(({ jwt }) => jwt) };
  const port = await freePort();
  server = await startProcess('server', testEnv({ ...lab.env, ...inspectable, PORT: String(port), LOG_LEVEL: 'info' }));
  await eventually(async () => (await fetch(`http://127.0.0.1:${port}/readyz`)).status === 200);
  client = rawClient(port);
}, 120_000);
afterAll(async () => {
  client.close();
  await stopProcess(server);
  await lab.stop();
});

/** Signed in by cookie or bearer token, half-way, or not at all. The session is chosen when it is sent: by its number. */
const credential = fc.tuple(
  fc.constantFrom('cookie', 'cookie', 'cookie', 'bearer', 'bearer', 'bearer', 'none', 'bent', 'garbage'),
  fc.nat(),
  text,
);

function headersFor(path: string, [kind, n, junk]: [string, number, string]): [string, string][] {
  const isHelper = path.startsWith('/support') === n % 10 > 0; // one of ten is at the wrong door
  const among = isHelper ? sessions.helpers : sessions.admins;
  const jwt = String(among[n % among.length]);
  const safe = junk.replace(/[^\x20-\xff]/g, '');
  if (kind === 'cookie') return [['Cookie', `a=${safe}; stytch_session_jwt=${jwt}`]];
  if (kind === 'bearer') return [['Authorization', `Bearer ${jwt}`]];
  if (kind === 'bent') return [['Authorization', `Bearer ${jwt.slice(0, n % jwt.length)}.${jwt.slice(5)}`]];
  if (kind === 'garbage')
    return [
      ['Cookie', safe],
      ['Authorization', safe],
    ];
  return [];
}

const request = fc
  .constantFrom(...paths)
  .chain((route) => fc.tuple(method, pathFor(route), bodyFor(route), site, credential))
  .map(([method, path, [type, sent], from, who]) => ({
    method,
    path,
    who,
    body: method === 'GET' || method === 'HEAD' ? Buffer.alloc(0) : Buffer.from(sent),
    headers: [
      ['Content-Type', type] as [string, string],
      ...(from === '' ? [] : [['Sec-Fetch-Site', from] as [string, string]]),
    ],
  }));

/** 503 is for what is away, and nothing is. */
async function check({ who, ...sent }: Omit<RawRequest, 'who'> & { who: [string, number, string] }): Promise<string> {
  const answer = await client.send({ ...sent, headers: [...sent.headers, ...headersFor(sent.path, who)] });
  if (answer === null) return 'hung up';
  try {
    expect([answer.status, answer.status < 500 ? '' : answer.body]).toEqual([answer.status, '']);
    if (answer.status !== 400 || answer.body !== '') expectSafe(answer); // Node itself refuses what is no HTTP
  } catch (error) {
    throw new Error(`${sent.method} ${sent.path} ${who[0]} ${sent.body}: ${error}`);
  }
  return String(answer.status);
}

function expectSafe({ headers }: RawAnswer): void {
  expect(headers.get('content-security-policy')).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('x-frame-options')).toBe('DENY');
  expect(headers.get('strict-transport-security')).toMatch(/max-age=\d{7}/);
  expect(headers.get('referrer-policy')).toBe('same-origin');
  expect(headers.get('cache-control')).toMatch(/^no-(store|cache)$/);
  expect(headers.has('x-powered-by')).toBe(false);
}

it('for any request of anybody every page and API answers with its own messages, stays up and stores nothing', async () => {
  const seen = new Map<string, number>();
  const property = fc.asyncProperty(fc.array(request, { minLength: batch, maxLength: batch }), async (requests) => {
    for (const status of await Promise.all(requests.map(check))) seen.set(status, (seen.get(status) ?? 0) + 1);
  });
  const third = async () => {
    await fc.assert(property, { numRuns: Math.ceil(inputs / batch / 3), endOnFailure: true, reporter });
    return heapAfterCollection(server);
  };
  await third(); // what is made once, by the first of each kind
  const before = await third();
  expect((await third()) - before).toBeLessThan(3_000_000);
  expect(server.child.exitCode).toBeNull();
  expect(server.output()).not.toMatch(/request failed|unhandled promise rejection|uncaught exception/);
  for (const status of ['200', '303', '400', '401', '403', '404', '405'])
    expect([status, seen.has(status)]).toEqual([status, true]);
}, 300_000);
