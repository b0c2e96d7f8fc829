import { execFileSync, spawnSync } from 'node:child_process';
import { chownSync, existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import type { LocalPostgres } from '../local/postgres.js';
import { createScannerDatabase } from './create-scanner-database.js';
import { temporaryFolder } from './folders.js';

/** A backup that was taken, and what brings it back. */
export type Backup = { restore(): Promise<void> };

/** The folder with Debian's PostgreSQL, whose pg_dump fits its server. Null where it is not installed. */
export function debianPrograms(): string | null {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = versions.map((version) => join(root, version, 'bin'));
  return folders.find((folder) => ['postgres', 'pg_restore'].every((name) => existsSync(join(folder, name)))) ?? null;
}

/** As deploy/upgrading.md does it: pg_dump, an empty database, pg_restore, each as the user of our processes. */
export async function dump(postgres: LocalPostgres, programs: string): Promise<Backup> {
  const file = join(temporaryFolder('dump'), 'scanner.dump');
  const place = ['-h', '127.0.0.1', '-p', String(postgres.port), '-U', 'scanner'];
  execFileSync(join(programs, 'pg_dump'), [...place, '-Fc', '-f', file, 'scanner']);
  return {
    restore: async () => {
      await onServer(postgres, async (client) => {
        await client.query('DROP DATABASE scanner WITH (FORCE)');
        await client.query('DROP ROLE scanner');
        await createScannerDatabase(client);
      });
      execFileSync(join(programs, 'pg_restore'), [...place, '-d', 'scanner', '--exit-on-error', file]);
    },
  };
}

/**
 * What pg_basebackup does, for the programs of the npm package, which lack it: the data folder of the running server, copied
 * between pg_backup_start and pg_backup_stop.
 * (https://www.postgresql.org/docs/current/continuous-archiving.html#BACKUP-LOWLEVEL-BASE-BACKUP)
 */
export async function baseBackup(postgres: LocalPostgres): Promise<Backup> {
  const copy = `${postgres.data}.backup`;
  rmSync(copy, { recursive: true, force: true });
  await onServer(postgres, async (client) => {
    await client.query("SELECT pg_backup_start('test', true)");
    copyFolder(postgres.data, copy);
    const { rows } = await client.query<{ labelfile: string }>('SELECT labelfile FROM pg_backup_stop(false)');
    copyFolder(join(postgres.data, 'pg_wal'), join(copy, 'pg_wal')); // up to the end of the backup
    const { uid, gid } = statSync(copy);
    writeFileSync(join(copy, 'backup_label'), String(rows[0]?.labelfile));
    chownSync(join(copy, 'backup_label'), uid, gid); // PostgreSQL renames it when it has recovered
  });
  rmSync(join(copy, 'postmaster.pid'), { force: true });
  return {
    restore: async () => {
      await postgres.stop('immediate');
      rmSync(postgres.data, { recursive: true });
      copyFolder(copy, postgres.data);
      await postgres.start();
    },
  };
}

/** Keeps the owner. A file that disappears meanwhile is no error: the log of the server has what was in it. */
function copyFolder(from: string, to: string): void {
  const { stderr } = spawnSync('cp', ['-a', '-T', from, to], { encoding: 'utf8' });
  const problems = stderr.split('\n').filter((line) => line !== '' && !/No such file/.test(line));
  if (problems.length > 0) throw new Error(problems.join('\n'));
}

async function onServer<T>(postgres: LocalPostgres, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: postgres.url() });
  await client.connect();
  return work(client).finally(() => client.end());
}
