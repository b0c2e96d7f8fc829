import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import pg from 'pg';
import { eventually } from '../helpers/eventually.js';
import { temporaryFolder } from '../helpers/folders.js';
import { reachable } from '../local/reachable.js';

/** `npm run dev` in a folder of its own, as a terminal would run it. */
function dev(folder: string, ...args: string[]) {
  const env = {
    PATH: process.env.PATH,
    PORT: '0',
    ...(process.env.DEV_WITHOUT_REDIS ? { PATH: '/usr/bin:/bin' } : {}),
  };
  const child: ChildProcess = spawn(process.execPath, [resolve('dist/test/local/dev.js'), ...args], {
    cwd: folder,
    env,
  });
  let output = '';
  child.stdout?.on('data', (chunk) => {
    output += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    output += chunk;
  });
  const exited = once(child, 'exit').then(([code, signal]) => code ?? signal);
  const says = (words: string) =>
    eventually(() => output.includes(words) || Promise.reject(output.slice(-500)), 60_000);
  return { child, exited, says, output: () => output };
}

/** What runs on data in the folder: PostgreSQL names it in its command line, Redis is found by its pid file. */
function leftRunning(folder: string): string[] {
  const all = execFileSync('ps', ['-eww', '-o', 'pid,args'], { encoding: 'utf8' }).split('\n');
  const names = ['dev', 'once'];
  const places = [folder, ...names.map((name) => postgresData(folder, name))];
  const redisPids = names
    .map((name) => resolve(folder, '.local', name, 'redis/redis.pid'))
    .filter((file) => existsSync(file));
  const pids = redisPids.map((file) => readFileSync(file, 'utf8').trim());
  return all.filter(
    (line) =>
      !line.includes('dev.js') &&
      (places.some((place) => line.includes(place)) || pids.includes(line.trim().split(' ')[0] ?? '')),
  );
}

function postgresData(folder: string, name: string): string {
  return reachable(resolve(folder, '.local', name, 'postgres'));
}

async function usersIn(output: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: /postgresql:\/\/\S+/.exec(output)?.[0] });
  await client.connect();
  const { rows } = await client.query<{ email: string }>(
    "SELECT email FROM users WHERE email LIKE '%acme.example' ORDER BY email",
  );
  await client.end();
  return rows.map(({ email }) => email);
}

const ready = 'Ctrl-C stops everything';
const staff = ['ada', 'alan', 'barbara', 'edsger', 'grace'].map((name) => `${name}@acme.example`);

it('--once plays the day, shows who was created, granted, revoked and deactivated, each with its lag, and ends', async () => {
  const folder = temporaryFolder('dev');
  chmodSync(folder, 0o700); // PostgreSQL does not run as root, and root's folders are its own
  const run = dev(folder, '--once');
  expect(await run.exited).toBe(0);
  for (const what of ['created, granted scim:scanner_analyst', 'revoked scim:scanner_admin', 'deactivated']) {
    // On a slow machine the sweep of the start may come before the hint; then no event was late.
    expect(run.output()).toMatch(
      new RegExp(`\\w+ of Acme .*${what}.*( \\d+\\.\\d\\d s|Regular check of the whole team)`),
    );
  }
  expect(run.output()).toContain('search from the terminal (revoked)');
  expect(leftRunning(folder)).toEqual([]);

  const again = dev(folder, '--once');
  expect(await again.exited).toBe(0);
  rmSync(dirname(postgresData(folder, 'once')), { recursive: true }); // else it would stay in /var/tmp
});

it('stops everything on Ctrl-C, and keeps the data for the next day', async () => {
  const folder = temporaryFolder('dev');
  const first = dev(folder);
  await first.says(ready);
  const twice = dev(folder);
  expect(await twice.exited).toBe(1);
  expect(twice.output()).toContain('Another process is using');
  first.child.kill('SIGINT');
  expect(await first.exited).toBe(0);
  expect(leftRunning(folder)).toEqual([]);

  const second = dev(folder);
  await second.says(ready);
  expect(await usersIn(second.output())).toEqual(staff);
  second.child.kill('SIGTERM');
  expect(await second.exited).toBe(0);
});

it('starts again after it was killed with -9, in the middle of the day or later', async () => {
  const folder = temporaryFolder('dev');
  const first = dev(folder);
  await first.says('five people are provisioned');
  first.child.kill('SIGKILL');
  await first.exited;
  expect(leftRunning(folder).join()).toMatch(/postgres/); // servers outlive it

  const second = dev(folder);
  await second.says(ready);
  second.child.kill('SIGKILL');
  await second.exited;

  const third = dev(folder, '--fresh');
  await third.says(ready);
  expect(await usersIn(third.output())).toEqual(staff);
  third.child.kill('SIGINT');
  expect(await third.exited).toBe(0);
  expect(leftRunning(folder)).toEqual([]);
});

it('stops what it had started when it is interrupted while starting', async () => {
  const folder = temporaryFolder('dev');
  const run = dev(folder);
  await run.says('✓ PostgreSQL');
  run.child.kill('SIGINT');
  expect(await run.exited).toBe(1);
  expect(leftRunning(folder)).toEqual([]);
});

it('--help tells what it does, and starts nothing', async () => {
  const run = dev(temporaryFolder('dev'), '--help');
  expect(await run.exited).toBe(0);
  expect(run.output()).toContain('--once');
});
