import { TransientError } from '../../src/errors/errors.js';
import { messagesOf } from '../../src/http/express-messages.js';
import { createApp, type Probes } from '../../src/server/app.js';
import { type Listening, listen } from '../../src/server/listen.js';
import { silent } from '../helpers/config.js';

let listening: Listening;
let isStopping = false;
let probed: string[] = [];
let outcomes: Record<string, () => Promise<unknown>>;

beforeEach(async () => {
  outcomes = {};
  probed = [];
  isStopping = false;
  const probe = (name: string) => () => {
    probed.push(name);
    return outcomes[name]?.() ?? Promise.resolve();
  };
  const probes: Probes = { database: probe('database'), queue: probe('queue') };
  const nothing = (_: unknown, __: unknown, next: () => void) => next();
  const app = createApp({
    openApi: {},
    ...{ receiver: nothing, site: nothing, probes, log: silent, metrics: async () => '' },
    isStopping: () => isStopping,
  });
  listening = await listen({ handle: app, messages: messagesOf(app) }, { PORT: 0, HOST: '127.0.0.1' }, () => false);
});
afterEach(() => listening.close());

const full = () => Promise.reject(new TransientError("Redis can't be used: it is full (OOM).", 'Raise maxmemory.'));
const ask = async (query = '') => {
  const response = await fetch(`http://127.0.0.1:${listening.port}/readyz${query}`);
  return { status: response.status, body: await response.json() };
};

it('says what is wrong and what to do, for what webhooks need and for what pages need', async () => {
  outcomes = { queue: full };
  const said = "Redis can't be used: it is full (OOM). Raise maxmemory.";
  expect(await ask()).toEqual({ status: 503, body: { ready: false, dependencies: { database: 'ok', queue: said } } });
  expect(await ask('?of=queue')).toEqual({ status: 503, body: { ready: false, dependencies: { queue: said } } });
  expect(await ask('?of=database')).toEqual({ status: 200, body: { ready: true, dependencies: { database: 'ok' } } });
});

it('?of=any is ready while one dependency works', async () => {
  outcomes = { queue: full };
  expect(await ask('?of=any')).toMatchObject({ status: 200, body: { ready: true, dependencies: { database: 'ok' } } });
});

it('?of=any is not ready when no dependency works, or when the process stops', async () => {
  outcomes = { queue: full, database: full };
  expect(await ask('?of=any')).toMatchObject({ status: 503, body: { ready: false } });
  outcomes = {};
  isStopping = true;
  expect(await ask('?of=any')).toMatchObject({ status: 503, body: { ready: false, stopping: true } });
});

it('refuses an unknown name, because a mistyped one would always be ready', async () => {
  for (const query of ['?of=redis', '?of=', '?of=queue&of=database']) {
    expect(await ask(query)).toMatchObject({
      status: 400,
      body: { error: { code: 'unknown_dependency', message: expect.stringContaining('?of=queue') } },
    });
  }
  expect(probed).toEqual([]);
});

it('runs one probe a second, however many requests there are', async () => {
  const begun = Date.now();
  await Promise.all(Array.from({ length: 50 }, () => Promise.all([ask(), ask('?of=any'), ask('?of=queue')])));
  const seconds = Math.ceil((Date.now() - begun) / 1000);
  for (const name of ['database', 'queue']) {
    expect(probed.filter((one) => one === name).length).toBeLessThanOrEqual(seconds);
  }
});

it('answers in time when a dependency hangs', async () => {
  outcomes = { database: () => new Promise(() => {}) };
  expect(await ask()).toMatchObject({
    status: 503,
    body: { dependencies: { database: 'It did not answer within 3 s.', queue: 'ok' } },
  });
});
