import { readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { checkoutFiles } from '../helpers/checkout.js';

type SourceFile = { path: string; text: string; imports: string[] };

const tracked = checkoutFiles();
const sources: SourceFile[] = tracked
  .filter((path) => /^(src|workers)\/.*\.tsx?$/.test(path))
  .map((path) => {
    const text = readFileSync(path, 'utf8');
    return { path, text, imports: specifiersIn(text).map((specifier) => resolveImport(path, specifier)) };
  });

/** Static, dynamic, `export … from`, and what is required. */
function specifiersIn(text: string): string[] {
  const ways = /(?:\bfrom |\bimport |\bimport\(\s*|\brequire(?:\.resolve)?\(\s*)['"`]([^'"`\n]+)['"`]/g;
  return [...text.matchAll(ways)].map(([, specifier]) => String(specifier));
}

/** A file of ours as its path, anything else as its name. */
function resolveImport(from: string, specifier: string): string {
  if (!specifier.startsWith('.')) return specifier;
  const path = normalize(join(dirname(from), specifier));
  const source = ['.ts', '.tsx'].map((suffix) => path.replace(/\.js$/, suffix)).find((one) => tracked.includes(one));
  return source ?? path.replace(/\.js$/, '.ts');
}

/** Import by import: `importer -> imported`. */
function importsThat(isWrong: (importer: string, imported: string) => boolean): string[] {
  return sources.flatMap(({ path, imports }) =>
    imports.filter((imported) => isWrong(path, imported)).map((imported) => `${path} -> ${imported}`),
  );
}

/**
 * The folders of src, from the foundation up: each may import those before it, and none after it. So a change can only be
 * felt by what comes later in this list.
 */
const floors = [
  ['errors', 'kinds of errors, and what may be said of one'],
  ['text', 'numbers, times and durations in words'],
  ['directory', 'pure: events, members, plans'],
  ['config', 'environment, secrets from files'],
  ['log', 'the log, and what keeps it short'],
  ['process', 'start, stop, repeat, share memory'],
  ['database', 'Prisma, migrations, audit'],
  ['queue', 'BullMQ'],
  ['stytch', 'the SDK'],
  ['http', 'what stands before every page and API, and components of pages'],
  ['webhook', 'the receiver'],
  ['monitoring', 'metrics, SLA, outages, traces'],
  ['sync', 'reconciling: members, sweeps, rows'],
  ['replay', 'failed jobs tried again'],
  ['admin', 'Settings > SCIM'],
  ['support', 'support, on the command line and in the console'],
  ['server', 'the parts of the HTTP process, put together'],
] as const;
const floorNames: readonly string[] = floors.map(([name]) => name);
/** Of a file in src/ itself, an entry point: above all. Of what is not ours: below all. */
const floorOf = (path: string) => {
  if (!/^(src|workers|test)\//.test(path)) return -1;
  const [, folder = ''] = /^src\/([^/]+)\//.exec(path) ?? [];
  return folder === '' ? floors.length : floorNames.indexOf(folder);
};

type Rule = { rule: string; remedy: string; isWrong: (importer: string, imported: string) => boolean };

const isIn = (folder: string) => (path: string) => path.startsWith(folder);
const isSrc = isIn('src/');

const rules: Rule[] = [
  {
    rule: 'a folder imports only the folders below it',
    remedy: 'Move the shared type or rule down, or pass it in where the process is put together.',
    isWrong: (importer, imported) => isSrc(importer) && floorOf(imported) > floorOf(importer),
  },
  {
    rule: 'directory/ is pure: it imports itself, errors/ and zod',
    remedy: 'Read and write in sync/, and give directory/ the values.',
    isWrong: (importer, imported) =>
      importer.startsWith('src/directory/') && !/^src\/(directory|errors)\/|^zod$/.test(imported),
  },
  {
    rule: 'src imports no workers and no tests, workers import no tests',
    remedy: 'Move what is shared to src.',
    isWrong: (importer, imported) => /^test\//.test(imported) || (isSrc(importer) && /^workers\//.test(imported)),
  },
  {
    rule: 'components only show: no database, no Stytch, no queue',
    remedy: 'Read in the page, and give the component what it shows.',
    isWrong: (importer, imported) =>
      importer.startsWith('src/http/components/') && /^src\/(database|stytch|queue)\//.test(imported),
  },
  {
    rule: 'the parts of http/ that refuse and sign in know no database',
    remedy: 'Ask the database behind the sign-in, in admin/ or support/.',
    isWrong: (importer, imported) => importer.startsWith('src/http/') && /^src\/database\//.test(imported),
  },
  {
    rule: 'the receiver knows no Stytch and no rows',
    remedy: 'Enqueue ids; a worker reads.',
    isWrong: (importer, imported) =>
      importer.startsWith('src/webhook/') &&
      /^src\/(stytch|database)\/(?!shared-clock)|^stytch$|^prisma\//.test(imported),
  },
  {
    rule: 'sync/ knows no HTTP',
    remedy: 'Pass the answer in as a function.',
    isWrong: (importer, imported) =>
      importer.startsWith('src/sync/') && /^src\/(http|webhook)\/|^express$|^node:http$/.test(imported),
  },
  {
    rule: "support's functions know neither of their faces",
    remedy: 'Return values; cli/, console/ and pages show them.',
    isWrong: (importer, imported) =>
      /^src\/(support|replay)\/(?!cli\/|console\/).*\.ts$/.test(importer) &&
      /^src\/support\/(cli|console)\/|\.tsx$/.test(imported),
  },
  {
    rule: 'the command line knows no page',
    remedy: 'Share a function of text/ or support/, not a component.',
    isWrong: (importer, imported) =>
      importer.startsWith('src/support/cli/') && /^src\/(http|support\/console)\/|\.tsx$/.test(imported),
  },
];

it('finds the source', () => {
  expect(sources.length).toBeGreaterThan(200);
});

it.each(rules)('$rule', ({ rule, remedy, isWrong }) => {
  const broken = importsThat(isWrong);
  if (broken.length > 0) throw new Error(`${rule}. ${remedy}\n${broken.join('\n')}`);
});

it('only entry points and documents are directly in src/', () => {
  expect(tracked.filter((path) => /^src\/[^/]+\.tsx?$/.test(path))).toEqual([
    'src/migrate.ts',
    'src/server.ts',
    'src/support.ts',
  ]);
  const folders = new Set(
    sources.map(({ path }) => /^src\/([^/]+)\//.exec(path)?.[1]).filter((name) => name !== undefined),
  );
  expect([...folders].sort()).toEqual([...floorNames].sort());
});

it.each([
  ['bullmq', /^src\/queue\//],
  ['ioredis', /^src\/queue\/redis\.ts$/],
  ['svix', /^src\/webhook\/verify\.ts$/],
  ['stytch', /^src\/stytch\//],
  ['@prisma/adapter-pg', /^src\/database\/database\.ts$/],
  ['prisma/generated/client.ts', /^src\/database\/database\.ts$/],
  ['pg', /^src\/(database\/client|queue\/backend)\.ts$/],
  ['@bull-board/express', /^src\/queue\/board\.ts$/],
  ['@opentelemetry/sdk-trace-node', /^src\/monitoring\/tracing\/opentelemetry\.ts$/],
  ['@opentelemetry/api', /^src\/monitoring\/tracing\/opentelemetry\.ts$/],
  ['bullmq-otel', /^src\/monitoring\/tracing\/opentelemetry\.ts$/],
  ['dataloader', /^src\/sync\/members\/batcher\.ts$/],
  ['pino', /^src\/log\/log\.ts$/],
  ['express-rate-limit', /^src\/(http\/(write-limit|limit-failures)|webhook\/rate-limit)\.ts$/],
  ['helmet', /^src\/http\/headers\.ts$/],
  ['cookie', /^src\/http\/credentials\.ts$/],
  ['csv-stringify/sync', /^src\//],
  ['preact-render-to-string', /^src\/http\/render\.tsx$/],
])('%s is imported in one place', (library, place) => {
  expect(importsThat((importer, imported) => imported === library && !place.test(importer))).toEqual([]);
  expect(importsThat((importer, imported) => imported === library && place.test(importer)).length).toBeGreaterThan(0);
});

it('there are no import cycles', () => {
  const importsOf = new Map(sources.map(({ path, imports }) => [path, imports]));
  const circles: string[] = [];
  const done = new Set<string>();
  const visit = (path: string, trail: string[]): void => {
    if (trail.includes(path)) circles.push([...trail.slice(trail.indexOf(path)), path].join(' -> '));
    if (trail.includes(path) || done.has(path)) return;
    for (const next of importsOf.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const { path } of sources) visit(path, []);
  expect(circles).toEqual([]);
});

it('the environment is read only where a process starts', () => {
  const readers = sources.filter(({ text }) => text.includes('process.env')).map(({ path }) => path);
  expect(readers).toEqual(['src/migrate.ts', 'src/process/lifecycle.ts', 'src/support.ts']);
});

it('the view scim_connected_teams is the only place that says which teams are connected', () => {
  const repeated = /sso_scim_enabled\s+AND|AND\s+(\w+\.)?sso_scim_enabled|ssoScimEnabled: true, stytchOrganizationId/;
  expect(sources.filter(({ text }) => repeated.test(text)).map(({ path }) => path)).toEqual([]);
});

it('a worker only wires: at most 40 lines and no condition', () => {
  for (const { path, text } of sources.filter(({ path }) => /^workers\/(?!context)/.test(path))) {
    expect([path, text.split('\n').length <= 41]).toEqual([path, true]);
    expect([path, /\b(switch|while|for) \(|\belse\b/.test(text)]).toEqual([path, false]);
  }
});

it('every file documents what it exports', () => {
  const silent = sources.filter(({ text }) => !text.includes('/**')).map(({ path }) => path);
  expect(silent).toEqual([]);
});

it('the top level has only the expected files', () => {
  const allowed = [
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
    '.gitignore',
    '.ci',
  ];
  const found = new Set(tracked.map((path) => String(path.split('/')[0])));
  expect([...found].filter((name) => !allowed.includes(name))).toEqual([]);
});
