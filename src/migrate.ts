import { ConfigProblem, loadDatabaseConfig } from './config/config.js';
import { queueKind } from './config/redis-url.js';
import { migrate } from './database/migrations.js';
import { describeFailure } from './errors/errors.js';
import { loadDotEnv } from './process/lifecycle.js';
import { versionInWords } from './process/version.js';
import { migrateQueue } from './queue/backend.js';

/** `npm run migrate`: migrates the tables of the database, and those of the queue if it is in PostgreSQL. Then exits. */
async function main(): Promise<void> {
  loadDotEnv();
  const { DATABASE_URL, REDIS_URL } = loadDatabaseConfig(process.env);
  console.log(`${versionInWords} migrates. Kind of queue: ${queueKind(REDIS_URL)}.`);
  const applied = await migrate(DATABASE_URL);
  for (const name of applied) console.log(`Applied ${name}.`);
  if (applied.length === 0) console.log('The database is up to date.');
  await migrateQueue({ redisUrl: REDIS_URL, databaseUrl: DATABASE_URL });
}

main().catch((error) => {
  console.error(error instanceof ConfigProblem ? error.message : `Migration failed: ${describeFailure(error)}`);
  process.exit(1);
});
