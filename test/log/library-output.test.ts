import { EventEmitter } from 'node:events';
import { logLibraryOutput } from '../../src/log/library-output.js';
import type { Log } from '../../src/log/log.js';
import { testEnv } from '../helpers/config.js';
import { createTestDatabase } from '../helpers/database.js';
import { eventually } from '../helpers/eventually.js';
import { temporaryFolder } from '../helpers/folders.js';
import { startProcess, stopProcess } from '../helpers/processes.js';
import { freePort } from '../local/ports.js';
import { hasRedisServer, startRedis } from '../local/redis.js';

function captureOutput() {
  const lines: { what: string; error: string }[] = [];
  const write = (fields: object | string) => void lines.push(fields as never);
  const log = { info: write, warn: write, error: write, debug: write } as unknown as Log;
  const nothing = (..._: unknown[]) => {};
  const its = { log: nothing, info: nothing, warn: nothing, error: nothing, debug: nothing };
  const node = new EventEmitter();
  const plain: unknown[] = [];
  node.on('warning', (warning) => plain.push(warning)); // as Node's own listener does
  logLibraryOutput(log, its, node);
  return { lines, its, node, plain };
}

it('a known message is logged once, with its explanation', () => {
  const { its, lines } = captureOutput();
  for (let n = 0; n < 24; n++) its.warn('IMPORTANT! Eviction policy is allkeys-lru. It should be "noeviction"');
  expect(lines).toEqual([{ what: 'console', error: expect.stringContaining('maxmemory-policy to noeviction') }]);
});

it('an unknown message is logged by its place only', () => {
  const { its, lines } = captureOutput();
  for (let n = 0; n < 100; n++) its.error('could not parse', { email: 'ada@acme.example' });
  expect(lines).toHaveLength(1);
  expect(lines[0]?.error).toMatch(/^console\.error at .*library-output\.test/);
  expect(JSON.stringify(lines)).not.toContain('ada');
});

it("Node's warnings become log lines too, not plain text", () => {
  const { node, lines, plain } = captureOutput();
  const warning = Object.assign(new Error('about ada@acme.example'), { name: 'DeprecationWarning', code: 'DEP0123' });
  node.emit('warning', warning);
  node.emit('warning', warning);
  expect(lines).toEqual([{ what: 'node', error: expect.stringMatching(/^DeprecationWarning DEP0123 at /) }]);
  expect([JSON.stringify(lines).includes('ada'), plain]).toEqual([false, []]);
});

const withRedis = hasRedisServer() ? it : it.skip;
withRedis('every line of a process is JSON, and a Redis that evicts is logged once', async () => {
  const settings = { 'maxmemory-policy': 'allkeys-lru' };
  const redis = await startRedis({ folder: temporaryFolder('evicting'), settings });
  const database = await createTestDatabase();
  const env = testEnv({
    DATABASE_URL: `${database.url}?sslmode=prefer`,
    LOG_LEVEL: 'info',
    PORT: String(await freePort()),
    REDIS_URL: redis.url,
    STYTCH_BASE_URL: 'http://127.0.0.1:1',
  });
  const processes = await Promise.all([startProcess('server', env), startProcess('worker', env)]);
  const linesOf = (output: string) =>
    output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  for (const one of processes) {
    const warnings = () => linesOf(one.output()).filter(({ msg }) => msg === 'library warning');
    await eventually(() => warnings().some(({ error }) => error.includes('noeviction')));
    expect(warnings().filter(({ error }) => error.includes('noeviction'))).toHaveLength(1);
    await stopProcess(one);
    expect(warnings().map(({ error }) => error)).toContainEqual(expect.stringContaining('sslmode in DATABASE_URL'));
  }
  await database.drop();
  await redis.stop();
});
