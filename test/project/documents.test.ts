import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join, normalize, resolve } from 'node:path';
import { loadConfig, variableNames } from '../../src/config/config.js';
import { checkoutFiles } from '../helpers/checkout.js';
import { testEnv } from '../helpers/config.js';
import { createTestDatabase } from '../helpers/database.js';
import { eventually } from '../helpers/eventually.js';
import { temporaryFolder } from '../helpers/folders.js';
import { backends, startTestQueue } from '../helpers/queue.js';
import { post, signed } from '../helpers/webhook.js';
import { freePort } from '../local/ports.js';

const tracked = checkoutFiles();
const textOf = (path: string) => readFileSync(path, 'utf8');
const documents = tracked.filter((path) => path.endsWith('.md')).map((path) => ({ path, text: textOf(path) }));

/** Commands as a reader finds them: in shell blocks, and in the text by the program that they begin with. */
const commands = documents
  .filter(({ path }) => path !== 'src/admin/api.md') // api-document.test.ts runs them all
  .flatMap(({ text }) => [
    ...[...text.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block]) => String(block).trim().split('\n')),
    ...[...text.matchAll(/`((?:[A-Z]+=\S+ )?(?:npm|docker|kubectl) [^`]*)`/g)].map(([, command]) => String(command)),
  ])
  .map((command) => command.replace(/\s+#.*$/, '').trim());

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
  'npm run bench -- steady': 'project/bench.test.ts',
  'npm run bench -- storm-250k': 'by hand; bench.test.ts runs a shorter one',
  'npm run bench -- --help': 'project/bench.test.ts',
  'npm run bench -- idle': 'by hand; it takes four minutes',
  'npm run dev': 'project/dev.test.ts',
  'npm run dev -- --help': 'project/dev.test.ts',
  'npm run dev -- --once': 'below',
  'sh deploy/make-secrets.sh': 'deploy/image.test.ts',
  'docker compose -f deploy/compose.yaml up --build --detach --wait': 'no engine here: deploy.test.ts, image.test.ts',
  'docker compose -f deploy/compose.yaml up --detach --scale worker=3': 'no engine here: deploy.test.ts',
  'docker compose -f deploy/compose.yaml exec worker node dist/src/support.js status':
    'deploy/image.test.ts, but for docker',
  'docker compose -f deploy/compose.yaml exec postgres pg_dump -U scanner -Fc scanner > scanner.dump':
    'by hand: no engine here',
  'docker compose -f deploy/compose.yaml exec -T postgres pg_restore -U scanner -d scanner < scanner.dump':
    'by hand: no engine here',
  'npm audit': 'not every registry answers it',
  'kubectl delete job scanner-scim-migrate --ignore-not-found': 'no cluster here: deploy.test.ts',
  "kubectl apply -k deploy/kubernetes -l 'app.kubernetes.io/component in (config, migrate)'": 'deploy/deploy.test.ts',
  'kubectl wait --for=condition=complete --timeout=15m job/scanner-scim-migrate': 'deploy/deploy.test.ts',
  'kubectl apply -k deploy/kubernetes': 'deploy/deploy.test.ts',
  'kubectl apply -k deploy/kubernetes/monitoring': 'no cluster here: deploy/deploy.test.ts',
  'sh deploy/make-sbom.sh > scanner-scim.cdx.json': 'deploy/image.test.ts',
  'npm sbom': 'deploy/image.test.ts, by make-sbom.sh',
  'npm run migrate': 'below',
  'npm run migrate -- --check': 'database/adopt.test.ts',
  'npm run --silent migrate -- --check': 'database/adopt.test.ts',
  'npm run support -- link <team> <organization>': 'support/first-import.test.ts',
  'npm start': 'below',
  'npm run worker': 'below',
  'npm run support -- --help': 'below',
  'npm run support -- status': 'below',
  'npm run support': 'support/cli.test.ts',
  'npm run support -- <verb>': 'support/cli.test.ts',
  'npm run support -- doctor': 'support/doctor.test.ts',
  'npm run support -- --version': 'process/version.test.ts',
  'npm run support -- doctor --probe': 'support/doctor.test.ts',
  'npm run support -- failed': 'support/cli.test.ts',
  'npm run support -- export': 'support/export.test.ts',
  'npm run support -- erase alice@customer.example --dry-run': 'support/erase.test.ts',
  'npm run support -- erase alice@customer.example --reason "request for erasure, ticket 4711"':
    'support/erase.test.ts',
  'npm run support -- held': 'support/held.test.ts',
  'npm run support -- why alice@customer.example': 'support/letters.test.ts',
  'npm run support -- failed --team "Customer"': 'support/letters.test.ts',
  'npm run support -- replay --failed --team "Customer" --dry-run': 'support/letters.test.ts',
  'npm run support -- replay --failed --team "Customer" --reason "ticket 4711"': 'support/letters.test.ts',
};

it('every command in a document is tested', () => {
  expect(commands.length).toBeGreaterThan(40);
  expect([...new Set(commands)].filter((command) => !(command in seen))).toEqual([]);
  expect(Object.keys(seen).filter((command) => !commands.includes(command))).toEqual([]);
});

it('every tested fault has its row in test/faults/README.md', () => {
  const table = textOf('test/faults/README.md').split('<!-- faults')[1]?.split('<!-- /faults -->')[0] ?? '';
  const rows = table.split('\n').filter((line) => /^\| .* \d+ s \|$/.test(line));
  const tried = tracked
    .filter((path) => /^test\/faults\/.*\.test\.ts$/.test(path))
    .flatMap((path) => [...textOf(path).matchAll(/\bfault\(\s*[`'"]([^`'"($]*)/g)])
    .map(([, name]) => String(name).trim());
  expect(tried.length).toBeGreaterThan(15);
  expect(tried.filter((name) => !rows.some((row) => row.startsWith(`| ${name}`)))).toEqual([]);
});

const variables = textOf('deploy/configuration.md')
  .split('\n')
  .filter((line) => line.startsWith('| `'));

it('deploy/configuration.md has every variable and no other', () => {
  const named = variables.flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`(\w+)`/g)].map(([, name]) => name));
  expect(named.sort()).toEqual([...variableNames].sort());
});

it('deploy/configuration.md and .env.example have the defaults of the code', () => {
  const required = ['DATABASE_URL', 'STYTCH_PROJECT_ID', 'STYTCH_SECRET', 'STYTCH_WEBHOOK_SECRETS'];
  const lines = new Map(
    [...textOf('.env.example').matchAll(/^(?:# )?([A-Z_]+)=(.*)$/gm)].map(([, name, value]) => [name, value]),
  );
  const config = loadConfig(Object.fromEntries(required.map((name) => [name, lines.get(name)])));
  const defaults = Object.entries(config).filter(([name]) => !required.includes(name));
  expect(defaults.length).toBeGreaterThan(6);
  expect(defaults.filter(([name, value]) => lines.get(name) !== String(value))).toEqual([]);

  const told = variables.flatMap((row) => {
    const [, names = '', values = ''] = row.split('|');
    const inTicks = (cell: string) => [...cell.matchAll(/`([^`]*)`/g)].map(([, text]) => String(text));
    return inTicks(names).map((name, i): [string, string | undefined] => [name, inTicks(values)[i]]);
  });
  expect(told.filter(([, value]) => value !== undefined).sort()).toEqual(
    defaults.map(([name, value]) => [name, String(value)]).sort(),
  );
});

describe('the bounds of deploy/operating.md', () => {
  const rows = [
    ...textOf('deploy/operating.md').matchAll(/^\| [^|]+ \| ([^|]+) \| `([\w.]+)` \(`([^`]+)`\) \| [^|]+ \|$/gm),
  ];
  const bounds = rows.map(([, bound = '', name = '', file = '']) => ({ bound, name, file }));

  /** `5 MiB` -> 5242880. Seconds are kept in either unit. */
  function valuesOf(bound: string): number[] {
    const [, number = '', unit = ''] = /^([\d,]+)(?: (MiB|KiB|s|ms|%))?$/.exec(bound) ?? [];
    const value = Number(number.replaceAll(',', ''));
    const units: Record<string, number[]> = { MiB: [value * 1024 ** 2], KiB: [value * 1024], s: [value, value * 1000] };
    return unit === '%' ? [value / 100] : (units[unit] ?? [value]);
  }

  /** Of `const a = 5 * 1024;`, `const a = 5 * b;` or, by the name `a.b`, of `const a = { b: 5 };`. */
  function valueIn(source: string, name: string): number {
    const place = name.replaceAll('.', '\\b[^]*?\\b');
    const [, text = ''] = new RegExp(`\\bconst ${place}(?: = |: )([\\w.* ]+)`).exec(source) ?? [];
    if (text === '') return Number.NaN;
    return text.split(' * ').reduce((product, factor) => {
      return product * (/^\d/.test(factor) ? Number(factor.replaceAll('_', '')) : valueIn(source, factor.trim()));
    }, 1);
  }

  it('are the values in the code', () => {
    expect(rows.length).toBeGreaterThan(100);
    const wrong = bounds.filter(({ bound, name, file }) => {
      const value = tracked.includes(file) ? valueIn(textOf(file), name) : Number.NaN;
      return !valuesOf(bound).includes(value);
    });
    expect(wrong).toEqual([]);
  });

  it('are all bounds in the code', () => {
    const thresholds = ['memoryShareMax', 'connectionsShareMax', 'apartMaxMs']; // what doctor warns of; nothing is limited
    const named = /^(?:export )?const (\w+(?:Max|AtOnce|Kept|Shown|Per[A-Z]\w*)) = [\d_]/gm;
    const missing = tracked
      .filter((path) => /^(src|workers)\/.*\.tsx?$/.test(path))
      .flatMap((file) => [...textOf(file).matchAll(named)].map(([, name]) => ({ file, name: String(name) })))
      .filter(({ file, name }) => !bounds.some((bound) => bound.file === file && bound.name === name))
      .filter(({ name }) => !thresholds.includes(name));
    expect(missing).toEqual([]);
  });
});

it('the changelog starts with unreleased changes, and has the version of package.json', () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
  const headings = [...readFileSync('CHANGELOG.md', 'utf8').matchAll(/^## \[([^\]]+)\]/gm)].map(([, name]) => name);
  expect(headings[0]).toBe('Unreleased');
  expect(headings[1]).toBe(version);
});

it('the README is short, and links to every document', () => {
  expect(textOf('README.md').trimEnd().split('\n').length).toBeLessThanOrEqual(150);
  const reached = new Set(['README.md']);
  for (const path of reached) {
    for (const [target] of linksOf(path)) if (target.endsWith('.md')) reached.add(target);
  }
  expect(documents.map(({ path }) => path).filter((path) => !reached.has(path))).toEqual([]);
});

it('every link between documents leads to a file and a heading in it', () => {
  const links = documents.flatMap(({ path }) => linksOf(path).map(([target, heading]) => ({ path, target, heading })));
  expect(links.length).toBeGreaterThan(40);
  const broken = links.filter(({ target, heading }) => {
    return !isThere(target) || (heading !== '' && !headingsOf(target).includes(heading));
  });
  expect(broken).toEqual([]);
});

it('every file that a document names exists', () => {
  const made = ['deploy/.env']; // by whoever deploys
  const named = documents.flatMap(({ path, text }) =>
    [...text.matchAll(/`((?:src|workers|test|deploy|prisma|\.ci)\/[\w./-]+)`/g)].map(([, name]) => ({
      path,
      name: String(name),
    })),
  );
  expect(named.length).toBeGreaterThan(100);
  expect(named.filter(({ name }) => !isThere(name) && !made.includes(name))).toEqual([]);
});

/** The files that a document links to, as paths in the checkout, each with the heading that is meant. */
function linksOf(path: string): [target: string, heading: string][] {
  return [...textOf(path).matchAll(/\]\((?![a-z]+:)([^)\s#]*)#?([^)\s]*)\)/g)].map(([, to = '', heading = '']) => [
    to === '' ? path : normalize(join(dirname(path), to)),
    heading,
  ]);
}

function isThere(path: string): boolean {
  const folder = `${path.replace(/\/$/, '')}/`;
  return tracked.some((file) => file === path || file.startsWith(folder));
}

/** As GitHub makes the address of a heading. */
function headingsOf(path: string): string[] {
  return [...textOf(path).matchAll(/^#+ (.*)$/gm)].map(([, title]) =>
    String(title)
      .toLowerCase()
      .replace(/[^\w -]/g, '')
      .replaceAll(' ', '-'),
  );
}

describe('in a copy of the checkout', () => {
  let copy: string;

  beforeAll(() => {
    copy = temporaryFolder('documents');
    for (const file of tracked) {
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

  it('npm run migrate, npm start and npm run worker make a running system, with its own PostgreSQL and Redis', async () => {
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
    expect([await status.exited, status.output()]).toEqual([0, expect.stringContaining('Oldest pending')]);
    for (const one of [server, worker]) {
      one.interrupt();
      await one.exited;
    }
    await queue.stop();
    await database.drop();
  }, 300_000);
});
