import { readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { checkoutFiles } from './support/checkout.js';

type SourceFile = { path: string; text: string; imports: string[] };

const tracked = checkoutFiles();
const sources: SourceFile[] = tracked
  .filter((path) => /^(src|workers)\/.*\.tsx?$/.test(path))
  .map((path) => {
    const text = readFileSync(path, 'utf8');
    const imports = [...text.matchAll(/(?:from|import) '([^']+)'/g)].map((match) =>
      resolveImport(path, String(match[1])),
    );
    return { path, text, imports };
  });

/** A file of ours as its path, anything else as its name. */
function resolveImport(from: string, specifier: string): string {
  if (!specifier.startsWith('.')) return specifier;
  const path = normalize(join(dirname(from), specifier));
  const source = ['.ts', '.tsx'].map((suffix) => path.replace(/\.js$/, suffix)).find((one) => tracked.includes(one));
  return source ?? path.replace(/\.js$/, '.ts');
}

/** The files that import something matching `what` although they are not among `allowed`. */
function importersOf(what: RegExp, allowed: RegExp): string[] {
  return sources
    .filter(({ path, imports }) => !allowed.test(path) && imports.some((one) => what.test(one)))
    .map(({ path }) => path);
}

it('finds the source', () => {
  expect(sources.length).toBeGreaterThan(30);
});

it.each([
  [
    'the pure core knows nothing outside itself',
    /^(?!src\/directory\/|src\/failures\.ts$|zod$)/,
    /^(?!src\/directory\/)/,
  ],
  ['src knows no workers and no tests', /^(workers|test)\//, /^workers\//],
  ['nothing that runs in production knows a test', /^test\//, /^$/],
  [
    'reconciling knows no HTTP and no webhook',
    /^src\/webhook\/|^express$|^node:http$/,
    /^src\/(?!reconcile\/)|^workers\//,
  ],
  [
    'pages only show: no database, no Stytch, no queue',
    /^src\/(database|stytch.*|queue\/.*|reconcile\/.*|admin\/.*)\.ts$/,
    /^src\/(?!pages\/)|^workers\//,
  ],
  [
    'what Settings decides and says is pure: no database, no Stytch, no HTTP',
    /^src\/(database|audit)\.ts$|^express$|^node:(?!crypto)/,
    /^(?!src\/admin\/(checklist|traps|role-matching|connection-changes|connection-view|providers|guides\/|pages\/))/,
  ],
  [
    'the doors know nothing of what lies behind them',
    /^src\/(database|admin\/.*|reconcile\/.*)\.ts$/,
    /^src\/(?!web\/)|^workers\//,
  ],
  [
    'the webhook knows no database and no Stytch',
    /^src\/(database|stytch|reconcile\/.*)\.ts$/,
    /^src\/(?!webhook\/)|^workers\//,
  ],
  [
    "support's functions know neither of their two faces",
    /^src\/support\/(commands|console|pages|cli)/,
    /^src\/support\/(commands|console|pages|cli)|^src\/people\.ts$/,
  ],
  [
    'the command line knows no page',
    /^src\/support\/(console|pages)\/|^src\/(web|pages)\//,
    /^src\/(?!support\/(commands|cli))/,
  ],
])('%s', (_, what, allowed) => {
  expect(importersOf(what, allowed)).toEqual([]);
});

it.each([
  ['bullmq', /^src\/queue\//],
  ['ioredis', /^src\/queue\/redis\.ts$/],
  ['svix', /^src\/webhook\/verify\.ts$/],
  ['stytch', /^src\/stytch(-connections|-probe|-refusal)?\.ts$/],
  ['@prisma/adapter-pg', /^src\/database\.ts$/],
  ['prisma/generated/client.ts', /^src\/database\.ts$/],
  ['pg', /^src\/(migrations|queue\/backend)\.ts$/],
  ['@bull-board/express', /^src\/queue\/board\.ts$/],
  ['@opentelemetry/sdk-trace-node', /^src\/tracing\/opentelemetry\.ts$/],
  ['@opentelemetry/api', /^src\/tracing\/opentelemetry\.ts$/],
  ['bullmq-otel', /^src\/tracing\/opentelemetry\.ts$/],
  ['dataloader', /^src\/reconcile\/batcher\.ts$/],
  ['pino', /^src\/log\.ts$/],
  [
    'express',
    /^src\/(support\/console\/.*|queue\/board|app|people|(webhook|web|admin)\/.*|pages\/render|tracing\/traced-webhook)\.tsx?$/,
  ],
  ['express-rate-limit', /^src\/(web\/(write-limit|limit-failures)|webhook\/strangers)\.ts$/],
  ['helmet', /^src\/web\/headers\.ts$/],
  ['cookie', /^src\/web\/credentials\.ts$/],
  ['preact-render-to-string', /^src\/pages\/render\.ts$/],
])('%s is known in one place', (library, place) => {
  expect(importersOf(new RegExp(`^${library}$`), place)).toEqual([]);
  expect(sources.some(({ path, imports }) => place.test(path) && imports.includes(library))).toBe(true);
});

it('no file imports itself through others', () => {
  const importsOf = new Map(sources.map(({ path, imports }) => [path, imports]));
  const circles: string[] = [];
  const visit = (path: string, trail: string[]): void => {
    if (trail.includes(path)) circles.push([...trail.slice(trail.indexOf(path)), path].join(' -> '));
    else for (const next of importsOf.get(path) ?? []) visit(next, [...trail, path]);
  };
  for (const { path } of sources) visit(path, []);
  expect(circles).toEqual([]);
});

it('the environment is read where a process starts, and nowhere else', () => {
  const readers = sources.filter(({ text }) => text.includes('process.env')).map(({ path }) => path);
  expect(readers).toEqual(['src/lifecycle.ts', 'src/migrate.ts', 'src/support/cli.ts']);
});

it('a worker wires and decides nothing: at most 40 lines and no condition', () => {
  for (const { path, text } of sources.filter(({ path }) => /^workers\/(?!context)/.test(path))) {
    expect([path, text.split('\n').length <= 41]).toEqual([path, true]);
    expect([path, /\b(switch|while|for) \(|\belse\b/.test(text)]).toEqual([path, false]);
  }
});

it('every file says on top of what it exports what that is for', () => {
  const silent = sources.filter(({ text }) => !text.includes('/**')).map(({ path }) => path);
  expect(silent).toEqual([]);
});

it('the top level holds what it should, and nothing else', () => {
  const allowed = [
    ...[
      'package.json',
      'package-lock.json',
      'tsconfig.json',
      'prisma',
      'src',
      'workers',
      'test',
      '.env.example',
      'README.md',
      'CHANGELOG.md',
      'deploy',
    ],
    ...['.gitignore', '.ci'],
  ];
  const found = new Set(tracked.map((path) => String(path.split('/')[0])));
  expect([...found].filter((name) => !allowed.includes(name))).toEqual([]);
});
