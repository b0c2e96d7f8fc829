import { readFileSync } from 'node:fs';
import { version } from '../../src/process/version.js';
import { support } from '../helpers/command.js';
import { testEnv } from '../helpers/config.js';
import { signInSupport } from '../helpers/console.js';
import { createTestDatabase } from '../helpers/database.js';
import { type Lab, startLab } from '../helpers/lab.js';
import { spawnProcess, startProcess, type TestProcess } from '../helpers/processes.js';
import { backends, startTestQueue } from '../helpers/queue.js';
import { freePort } from '../local/ports.js';

const packageVersion: string = JSON.parse(readFileSync('package.json', 'utf8')).version;
const firstLine = (output: string) => JSON.parse(output.split('\n')[0] ?? '');

it("is the package's version, with the commit if the build knew it", () => {
  expect(version).toMatch(/^\d+\.\d+\.\d+(\+[0-9a-f]{12}(\.dirty)?)?$/);
  expect(version.split('+')[0]).toBe(packageVersion);
});

describe.each(backends)('with the queue on %s', (backend) => {
  let database: Awaited<ReturnType<typeof createTestDatabase>>;
  let queue: Awaited<ReturnType<typeof startTestQueue>>;
  const running: TestProcess[] = [];
  beforeEach(async () => {
    database = await createTestDatabase();
    queue = await startTestQueue(backend, database.url);
  });
  afterEach(async () => {
    for (const one of running.splice(0)) {
      one.kill('SIGKILL');
      await one.exited;
    }
    await queue.stop();
    await database.drop();
  });

  it('each process logs its version and that of Node first', async () => {
    const port = await freePort();
    const env = testEnv({ ...queue.env, STYTCH_BASE_URL: 'http://127.0.0.1:1', LOG_LEVEL: 'info', PORT: String(port) });
    const same = { msg: 'starting', version, node: process.version, queueKind: backend };
    running.push(await startProcess('server', env), await startProcess('worker', env));
    const [server = '', worker = ''] = running.map(({ output }) => output());
    expect(firstLine(server)).toMatchObject({ process: 'server', port, ...same });
    expect(firstLine(worker)).toMatchObject({ process: 'worker', ...same });
    expect(firstLine(worker)).not.toHaveProperty('port');
    const migration = spawnProcess('migrate', env);
    await migration.exited;
    const [first] = migration.output().split('\n');
    expect(first).toBe(`Scanner SCIM ${version} on Node ${process.version} migrates. Kind of queue: ${backend}.`);
  });
});

it('a process that can not start has logged it too', async () => {
  const env = testEnv({ DATABASE_URL: 'postgresql://127.0.0.1:1/scanner', LOG_LEVEL: 'info', HOST: '192.0.2.1' });
  const server = spawnProcess('server', env);
  expect(await server.exited).toBe(1);
  expect(firstLine(server.output())).toMatchObject({ msg: 'starting', version });
});

describe('is shown by', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab({ worker: false, support: true });
  });
  afterAll(() => lab.stop());

  it('/healthz', async () => {
    expect(await (await fetch(`${lab.url}/healthz`)).json()).toEqual({ status: 'alive', version });
  });

  it('/metrics', async () => {
    const text = await (await fetch(`${lab.url}/metrics`)).text();
    expect(text).toContain(`scim_build_info{version="${version}",node="${process.version}"} 1\n`);
  });

  it("the support pages' footer, and no customer's page", async () => {
    const sam = await signInSupport(lab);
    expect((await sam.get('')).text).toMatch(new RegExp(`<footer[^>]*>Scanner SCIM ${version.replace('+', '\\+')} on`));
    expect(await (await fetch(`${lab.url}/settings/scim`)).text()).not.toContain(packageVersion);
  });

  it('the command line, without configuration', async () => {
    const text = await support({ STYTCH_SECRET: undefined }, '--version');
    expect([text.code, text.stdout]).toEqual([0, `Scanner SCIM ${version} on Node ${process.version}\n`]);
    const json = await support({ STYTCH_SECRET: undefined }, '--version', '--json');
    expect(json.json).toEqual({ version, node: process.version });
  });
});
