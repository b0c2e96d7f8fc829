import pg from 'pg';
import { certificateProblem } from '../errors/certificate.js';
import { TransientError } from '../errors/errors.js';

/** A connection of its own, for migrations. Everything else goes through Prisma. */
export type Client = pg.ClientBase;

const connectTimeoutMs = 5_000;

/** Connects for one piece of work. @throws TransientError that says what to check, when it can't connect */
export async function withClient<T>(databaseUrl: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: connectTimeoutMs });
  await client.connect().catch(connectFailed);
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function connectFailed(error: Error & { code?: string }): never {
  const code = error.code ?? error.name;
  throw new TransientError(
    certificateProblem(code) ?? `Can't connect to the database (${code}). Is it up, and is DATABASE_URL right?`,
  );
}
