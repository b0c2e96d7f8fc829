import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { loadConfig, variableNames } from '../src/config.js';
import { freePort } from './local/ports.js';
import { checkoutFiles } from './support/checkout.js';
import { testEnv } from './support/config.js';
import { createTestDatabase } from './support/database.js';
import { eventually } from './support/eventually.js';
import { temporaryFolder } from './support/folders.js';
import { backends, startTestQueue } from './support/queue.js';
import { post, signed } from './support/webhook.js';

const readme = readFileSync('README.md', 'utf8');

/** Commands as a reader finds them: in shell blocks and, beginning with npm, in the text. */
const commands = [
  ...[...readme.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block]) => String(block).trim().split('\n')),
  ...[...readme.matchAll(/`((?:[A-Z]+=\S+ )?npm [^`]*)`/g)].map(([, command]) => String(command)),
].map((command) => command.replace(/\s+#.*$/, '').trim());

/** By what each command is seen to work. */
const seen: Record<string, string> = {
  'npm ci': 'CI, which starts from a clean checkout',
  'npm run build': 'CI',
  'npm ci --omit=dev --omit=optional': 'image.test.ts, as the same packages by npm prune',
  'npm test': 'CI',
  'npm run check': 'CI, in its two parts',
  'npm run format': 'biome check --write, the same program as lint',
  'npm test -- plan': 'jest itself',
  'HISTORIES=500 npm test -- histories': 'histories.test.ts reads it',
  'FUZZ=100000 npm test -- fuzz': 'fuzz-webhook.test.ts and fuzz-pages.test.ts read it',
  'SCREENS=1 npm test -- walk': 'browser.ts reads it',
  'npm run test:faults': 'CI',
  'npm run bench': 'bench.test.ts, its shortest scenario',
  'npm run bench -- steady': 'bench.test.ts',
  'npm run bench -- storm-250k': 'by hand; bench.test.ts runs a shorter one',
  'npm run bench -- --help': 'bench.test.ts',
  'npm run dev': 'dev.test.ts',
  'npm run dev -- --help': 'dev.test.ts',
  'npm run dev -- --once': 'below',
  'sh deploy/make-secrets.sh': 'image.test.ts',
  'docker compose -f deploy/compose.yaml up --build --detach --wait': 'no engine here: deploy.test.ts, image.test.ts',
  'docker compose -f deploy/compose.yaml up --detach --scale worker=3': 'no engine here: deploy.test.ts',
  'docker compose -f deploy/compose.yaml exec worker node dist/src/support/cli.js status':
    'image.test.ts, but for docker',
  'kubectl delete job scanner-scim-migrate --ignore-not-found': 'no cluster here: deploy.test.ts',
  "kubectl apply -k deploy/kubernetes -l 'app.kubernetes.io/component in (config, migrate)'": 'deploy.test.ts',
  'kubectl wait --for=condition=complete --timeout=15m job/scanner-scim-migrate': 'deploy.test.ts',
  'kubectl apply -k deploy/kubernetes': 'deploy.test.ts',
  'npm run migrate': 'below',
  'npm start': 'below',
  'npm run worker': 'below',
  'npm run support -- --help': 'below',
  'npm run support -- status': 'below',
  'npm run support -- --version': 'version.test.ts',
  'npm run support -- doctor --probe': 'support-doctor.test.ts',
  'npm run support -- failed': 'support-cli.test.ts',
  'npm run support -- held': 'support-held.test.ts',
  'npm run support -- why alice@customer.example': 'support-letters.test.ts',
  'npm run support -- failed --team "Customer"': 'support-letters.test.ts',
  'npm run support -- replay --failed --team "Customer" --dry-run': 'support-letters.test.ts',
  'npm run support -- replay --failed --team "Customer" --reason "ticket 4711"': 'support-letters.test.ts',
};

it('every command in the README is one that is seen to work', () => {
  expect(commands.length).toBeGreaterThan(8);
  expect([...new Set(commands)].filter((command) => !(command in seen))).toEqual([]);
});

it('every fault that is tried has its row in the README', () => {
  const table = readme.split('<!-- faults')[1]?.split('<!-- /faults -->')[0] ?? '';
  const rows = table.split('\n').filter((line) => /^\| .* \d+ s \|$/.test(line));
  const tried = checkoutFiles()
    .filter((path) => /^test\/faults\/.*\.test\.ts$/.test(path))
    .flatMap((path) => [...readFileSync(path, 'utf8').matchAll(/\bfault\(\s*[`'"]([^`'"($]*)/g)])
    .map(([, name]) => String(name).trim());
  expect(tried.length).toBeGreaterThan(15);
  expect(tried.filter((name) => !rows.some((row) => row.startsWith(`| ${name}`)))).toEqual([]);
});

it('the README has every variable and no other', () => {
  const section = readme.split('## Configuration')[1]?.split('\n## ')[0] ?? '';
  const named = [...section.matchAll(/`([A-Z_]{4,})`/g)].map(([, name]) => name);
  expect([...new Set(named)].sort()).toEqual([...variableNames].sort());
});

it('the README and .env.example tell the defaults that the code has', () => {
  const required = ['DATABASE_URL', 'STYTCH_PROJECT_ID', 'STYTCH_SECRET', 'STYTCH_WEBHOOK_SECRETS'];
  const example = readFileSync('.env.example', 'utf8');
  const lines = new Map([...example.matchAll(/^(?:# )?([A-Z_]+)=(.*)$/gm)].map(([, name, value]) => [name, value]));
  const config = loadConfig(Object.fromEntries(required.map((name) => [name, lines.get(name)])));
  const defaults = Object.entries(config).filter(([name]) => !required.includes(name));
  expect(defaults.length).toBeGreaterThan(6);
  expect(defaults.filter(([name, value]) => lines.get(name) !== String(value))).toEqual([]);

  const section = readme.split('## Configuration')[1]?.split('\n## ')[0] ?? '';
  const told = section.split('\n').flatMap((row) => {
    const [, names = '', values = ''] = row.split('|');
    const inTicks = (cell: string) => [...cell.matchAll(/`([^`]*)`/g)].map(([, text]) => String(text));
    return inTicks(names).map((name, i): [string, string | undefined] => [name, inTicks(values)[i]]);
  });
  expect(told.filter(([, value]) => value !== undefined).sort()).toEqual(
    defaults.map(([name, value]) => [name, String(value)]).sort(),
  );
});

it('the changelog begins with what is not released, and has the version that package.json says', () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
  const headings = [...readFileSync('CHANGELOG.md', 'utf8').matchAll(/^## \[([^\]]+)\]/gm)].map(([, name]) => name);
  expect(headings[0]).toBe('Unreleased');
  expect(headings[1]).toBe(version);
});

it('every file of deploy/ that the README names is there', () => {
  const named = [...readme.matchAll(/\(?(deploy\/[\w./-]+)/g)].map(([, path]) => String(path).replace(/\.$/, ''));
  const made = ['deploy/.env']; // by whoever deploys
  expect(named.length).toBeGreaterThan(5);
  expect(named.filter((path) => !existsSync(path) && !made.includes(path))).toEqual([]);
});

it('every file that the README names is there', () => {
  const tracked = checkoutFiles();
  const named = [...readme.matchAll(/`((?:src\/|workers\/|test\/)?[\w-]+(?:\/[\w-]+)*\.ts)`/g)].map(([, name]) =>
    String(name),
  );
  const missing = named.filter((name) => !tracked.some((path) => path === name || path.endsWith(`/${name}`)));
  expect(missing).toEqual([]);
});

describe('in a copy of the checkout', () => {
  let copy: string;

  beforeAll(() => {
    copy = temporaryFolder('readme');
    for (const file of checkoutFiles()) {
      mkdirSync(dirname(join(copy, file)), { recursive: true });
      cpSync(file, join(copy, file), { preserveTimestamps: true }); // so that what is installed counts as up to date
    }
    symlinkSync(resolve('node_modules'), join(copy, 'node_modules'));
    cpSync('dist', join(copy, 'dist'), { recursive: true }); // npm ci builds it at its end
  });

  function npm(args: string[], env: Record<string, string | undefined> = {}) {
    const child = spawn('npm', args, {
      cwd: copy,
      env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
      detached: true,
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    const exited = once(child, 'exit').then(([code]) => code);
    const interrupt = () => process.kill(-Number(child.pid), 'SIGINT'); // as a terminal does, to all of them
    return { exited, output: () => output, interrupt };
  }

  it('npm run dev -- --once plays the day', async () => {
    const run = npm(['run', 'dev', '--', '--once'], { PORT: '0' });
    expect([await run.exited, run.output()]).toEqual([0, expect.stringContaining('deactivated')]);
  }, 300_000);

  it('npm run migrate, npm start and npm run worker are a running system, on a PostgreSQL and a Redis of its own', async () => {
    const database = await createTestDatabase();
    const queue = await startTestQueue(backends[0], database.url);
    const port = await freePort();
    const env = testEnv({
      ...queue.env,
      STYTCH_BASE_URL: 'http://127.0.0.1:1',
      PORT: String(port),
      LOG_LEVEL: 'info',
    });
    const refused = npm(['start'], { ...env, STYTCH_SECRET: undefined });
    expect(await refused.exited).not.toBe(0);
    expect(refused.output()).toContain('STYTCH_SECRET must be set');

    const migrated = npm(['run', 'migrate'], env);
    expect([await migrated.exited, migrated.output()]).toEqual([
      0,
      expect.stringContaining('The database is up to date.'),
    ]);
    const [server, worker] = [npm(['start'], env), npm(['run', 'worker'], env)];
    const isReady = async () => (await fetch(`http://127.0.0.1:${port}/readyz`)).status === 200;
    await eventually(() => isReady().catch(() => Promise.reject(server.output()))); // what it says, should it not start
    await eventually(() => worker.output().includes('started'));
    expect((await post(`http://127.0.0.1:${port}`, signed())).status).toBe(202);
    await eventually(async () => (await database.database.syncEvent.count()) === 1);
    const help = npm(['run', 'support', '--', '--help']);
    expect([await help.exited, help.output()]).toEqual([0, expect.stringContaining('Begin with why')]);
    const status = npm(['run', 'support', '--', 'status'], env);
    expect([await status.exited, status.output()]).toEqual([0, expect.stringContaining('oldest pending')]);
    for (const one of [server, worker]) {
      one.interrupt();
      await one.exited;
    }
    await queue.stop();
    await database.drop();
  }, 300_000);
});
