import pg from 'pg';
import { withDatabaseErrors } from './database.js';

/** A connection of its own, for migrations. Everything else goes through Prisma. */
export type Client = pg.ClientBase;

const connectTimeoutMs = 5_000;

/** Connects for one piece of work. @throws TransientError that says what to check, when the database can't be used */
export async function withClient<T>(databaseUrl: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: connectTimeoutMs });
  client.on('error', () => {}); // a lost connection: the statement under way fails, too
  return withDatabaseErrors(async () => {
    await client.connect();
    return work(client);
  }).finally(() => client.end().catch(() => {}));
}
