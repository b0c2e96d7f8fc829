import type { Client } from '../client.js';
import type { Migration } from '../migration-files.js';
import { type Description, describe } from './describe.js';
import { expectedOf } from './expected.js';
import { homeOf, scannerSchema, searchPath } from './homes.js';

/** What is there of the contract's tables, views and functions. Changes nothing. */
export async function readActual(client: Client, expected: Description): Promise<Description> {
  const homes = namesOf(expected).map((name) => ({ schema: homeOf(name), name }));
  await client.query(`SET search_path = ${searchPath}`);
  return describe(client, { homes, views: new Set(expected.views.keys()) });
}

/** Names of the contract that the schema of Scanner's tables has already, from elsewhere. */
export async function takenNames(client: Client, migrations: readonly Migration[]): Promise<string[]> {
  if (await isEmpty(client)) return [];
  const names = namesOf(await expectedOf(client, migrations));
  const { rows } = await client.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class WHERE relnamespace = to_regnamespace($1)::oid AND relname = ANY($2::text[])
     UNION SELECT proname FROM pg_proc WHERE pronamespace = to_regnamespace($1)::oid AND proname = ANY($2::text[])`,
    [scannerSchema, names],
  );
  return rows.map(({ name }) => name);
}

async function isEmpty(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ any: boolean }>(
    `SELECT EXISTS (SELECT FROM pg_class WHERE relnamespace = to_regnamespace($1)::oid)
       OR EXISTS (SELECT FROM pg_proc WHERE pronamespace = to_regnamespace($1)::oid) AS any`,
    [scannerSchema],
  );
  return rows[0]?.any === false;
}

function namesOf({ tables, views, functions }: Description): string[] {
  return [...tables.keys(), ...views.keys(), ...functions.keys()];
}
