import { ConfigProblem, loadDatabaseConfig } from './config/config.js';
import { queueKind } from './config/redis-url.js';
import { exitOf, reportOf } from './database/contract/report.js';
import { checkDatabase, migrate } from './database/migrations.js';
import { describeFailure } from './errors/errors.js';
import { loadDotEnv } from './process/lifecycle.js';
import { versionInWords } from './process/version.js';
import { migrateQueue } from './queue/backend.js';

const usage = `npm run migrate               make the tables, or bring them up to date
npm run migrate -- --check    compare the database with what this version needs; print the SQL that is missing, and change
                              nothing. Exit code 0: nothing is missing. 3: npm run migrate adds it. 2: something has to be
                              changed by hand. 1: the comparison failed`;

/** `npm run migrate`: migrates the tables of the database, and those of the queue if it is in PostgreSQL. Then exits. */
async function main(args: readonly string[]): Promise<void> {
  const [option, another] = args;
  if (another !== undefined || (option !== undefined && !['--check', '--help'].includes(option))) {
    throw new ConfigProblem(`Unknown: ${args.join(' ')}\n${usage}`);
  }
  if (option === '--help') return console.log(usage);
  loadDotEnv();
  const { DATABASE_URL, REDIS_URL } = loadDatabaseConfig(process.env);
  if (option === '--check') return check(DATABASE_URL);
  console.log(`${versionInWords} migrates. Kind of queue: ${queueKind(REDIS_URL)}.`);
  const applied = await migrate(DATABASE_URL, undefined, ({ place, what }) => console.log(`Made ${place} (${what}).`));
  for (const name of applied) console.log(`Applied ${name}.`);
  if (applied.length === 0) console.log('The database is up to date.');
  await migrateQueue({ redisUrl: REDIS_URL, databaseUrl: DATABASE_URL });
}

async function check(databaseUrl: string): Promise<void> {
  const verdict = await checkDatabase(databaseUrl);
  console.log(reportOf(verdict));
  process.exitCode = exitOf(verdict);
}

main(process.argv.slice(2)).catch((error) => {
  console.error(
    error instanceof ConfigProblem
      ? error.message
      : `${process.argv.includes('--check') ? 'Comparison' : 'Migration'} failed: ${describeFailure(error)}`,
  );
  process.exit(1);
});
