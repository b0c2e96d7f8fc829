import { ConfigProblem, loadDatabaseConfig } from './config/config.js';
import { queueKind } from './config/redis-url.js';
import { migrate } from './database/migrations.js';
import { describeFailure } from './errors/errors.js';
import { loadDotEnv } from './process/lifecycle.js';
import { versionInWords } from './process/version.js';
import { migrateQueue } from './queue/backend.js';

/** `npm run migrate`: brings the database's tables up to date, and the queue's if they lie there too; then ends. */
async function main(): Promise<void> {
  loadDotEnv();
  const { DATABASE_URL, REDIS_URL } = loadDatabaseConfig(process.env);
  console.log(`${versionInWords} migrates. The queue's kind: ${queueKind(REDIS_URL)}.`);
  const applied = await migrate(DATABASE_URL);
  for (const name of applied) console.log(`Applied ${name}.`);
  if (applied.length === 0) console.log('The database is up to date.');
  await migrateQueue({ redisUrl: REDIS_URL, databaseUrl: DATABASE_URL });
}

main().catch((error) => {
  console.error(error instanceof ConfigProblem ? error.message : `Migrating failed: ${describeFailure(error)}`);
  process.exit(1);
});
