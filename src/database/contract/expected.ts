import { randomBytes } from 'node:crypto';
import { PermanentError } from '../../errors/errors.js';
import type { Client } from '../client.js';
import type { Migration } from '../migration-files.js';
import { type Description, describe } from './describe.js';

/**
 * The contract: what these migrations make of an empty schema. They run in a transaction that is rolled back, in a schema of its
 * own, so nothing is changed and no table is locked. There is no second list of tables and columns that could be out of date.
 * The definitions name no schema.
 * @throws PermanentError when the role may not create a schema
 */
export async function expectedOf(client: Client, migrations: readonly Migration[]): Promise<Description> {
  const scratch = `scim_contract_${randomBytes(6).toString('hex')}`;
  await client.query('BEGIN');
  try {
    await client.query(`CREATE SCHEMA ${scratch}`).catch(mayNotCreate);
    await client.query(`SET LOCAL search_path = ${scratch}`);
    for (const { name, sql } of migrations) await client.query(sql).catch((error) => refusedBy(name, error));
    return withoutSchema(await describe(client, await everythingIn(client, scratch)), scratch);
  } finally {
    await client.query('ROLLBACK');
  }
}

function mayNotCreate(error: Error): never {
  throw new PermanentError(
    `The contract can't be made for the comparison: ${error.message}. Use the role that runs migrations: it needs CREATE on the database.`,
  );
}

function refusedBy(name: string, error: Error): never {
  throw new PermanentError(`Migration ${name} was refused and rolled back: ${error.message}`);
}

async function everythingIn(client: Client, schema: string) {
  const { rows } = await client.query<{ name: string; isView: boolean }>(
    `SELECT relname AS name, relkind = 'v' AS "isView" FROM pg_class
     WHERE relnamespace = $1::regnamespace AND relkind IN ('r', 'v')
     UNION ALL SELECT proname, false FROM pg_proc WHERE pronamespace = $1::regnamespace`,
    [schema],
  );
  const views = new Set(rows.filter(({ isView }) => isView).map(({ name }) => name));
  return { homes: rows.map(({ name }) => ({ schema, name })), views };
}

/** Every definition is text that PostgreSQL printed. */
function withoutSchema(description: Description, schema: string): Description {
  const strip = (key: string, value: unknown) =>
    key !== '' && typeof value === 'string' ? value.replaceAll(`${schema}.`, '') : value;
  const texts = (map: Map<string, string>) => new Map([...map].map(([name, text]) => [name, String(strip('-', text))]));
  const tables = [...description.tables].map(
    ([name, table]) => [name, JSON.parse(JSON.stringify(table, strip))] as const,
  );
  return { tables: new Map(tables), functions: texts(description.functions), views: texts(description.views) };
}

/** The schema stays in one place: the search path of functions. */
export function onSearchPath(definition: string, searchPath: string): string {
  return definition.replace(/SET search_path TO '?scim_contract_\w+'?/, `SET search_path TO ${searchPath}`);
}
