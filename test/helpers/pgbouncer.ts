import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { freePort } from '../local/ports.js';
import { reachable, unprivilegedUser } from '../local/reachable.js';
import { eventually } from './eventually.js';
import { temporaryFolder } from './folders.js';

const program = ['/usr/sbin/pgbouncer', '/usr/bin/pgbouncer', '/opt/homebrew/bin/pgbouncer'].find(existsSync);

export function hasPgbouncer(): boolean {
  return program !== undefined && spawnSync(program, ['--version']).status === 0;
}

/** A PgBouncer in front of the server of the tests, with deploy/pgbouncer.ini but for addresses and passwords. */
export type Pgbouncer = {
  /** The address of the same database through it. */
  through(url: string): string;
  /** As a crash would. */
  kill(): Promise<void>;
  start(): Promise<void>;
};

export async function startPgbouncer(serverUrl: string): Promise<Pgbouncer> {
  const port = await freePort();
  const file = writeSettings(new URL(serverUrl), port);
  let child: ChildProcess;
  const start = async () => {
    child = spawn(String(program), [file], { stdio: 'ignore', ...unprivilegedUser() });
    await eventually(() => listens(port), 10_000);
  };
  await start();
  return {
    start,
    through: (url) => {
      const address = new URL(url);
      address.port = String(port);
      return address.href;
    },
    kill: async () => {
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** @returns the path of the file, where PgBouncer's user can read it */
function writeSettings({ hostname, port: serverPort, username }: URL, port: number): string {
  const folder = reachable(join(temporaryFolder('pgbouncer'), 'settings'));
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o755);
  writeFileSync(join(folder, 'users'), `"${username}" ""\n`);
  const here: Record<string, string> = {
    listen_addr: '127.0.0.1',
    listen_port: String(port),
    auth_type: 'trust',
    auth_file: join(folder, 'users'),
  };
  const text = readFileSync('deploy/pgbouncer.ini', 'utf8')
    .replace(/^scanner = .*$/m, `* = host=${hostname} port=${serverPort}`)
    .replace(/^(\w+) = .*$/gm, (line, name: string) => (name in here ? `${name} = ${here[name]}` : line));
  writeFileSync(join(folder, 'pgbouncer.ini'), text);
  return join(folder, 'pgbouncer.ini');
}

async function listens(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect').finally(() => socket.destroy());
}
