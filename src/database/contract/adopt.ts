import { PermanentError } from '../../errors/errors.js';
import { recordApplied } from '../bookkeeping.js';
import type { Client } from '../client.js';
import type { Migration } from '../migration-files.js';
import { compare, type Finding } from './compare.js';
import { expectedOf } from './expected.js';
import { ownSchema } from './homes.js';
import { withObstacles } from './obstacles.js';
import { readActual } from './read-actual.js';

/** A statement that waits longer for a table stops everybody behind it. Then it is better to try at another time. */
const lockTimeout = '10s';

/**
 * Takes a database over that has some of these tables already. Makes what is missing, and records all migrations as applied:
 * all in one transaction, so that it is done as a whole or not at all. What only the owner of the data can change is refused.
 * A second run finds the migrations applied.
 * @returns what it made
 * @throws PermanentError with each difference that stands in the way
 */
export async function adopt(client: Client, migrations: readonly Migration[]): Promise<Finding[]> {
  const expected = await expectedOf(client, migrations);
  const findings = await withObstacles(client, compare(expected, await readActual(client, expected)));
  const obstacles = findings.filter(({ isRefused }) => isRefused);
  if (obstacles.length > 0) throw new PermanentError(refusal(obstacles));
  await client.query('BEGIN');
  try {
    await client.query(`SET LOCAL lock_timeout = '${lockTimeout}'; CREATE SCHEMA IF NOT EXISTS ${ownSchema}`);
    for (const finding of findings) await make(client, finding);
    const [left] = compare(expected, await readActual(client, expected));
    if (left !== undefined) throw new PermanentError(`${left.place} is not as it should be afterwards: ${left.what}.`);
    const names = migrations.map(({ name }) => name);
    await recordApplied(client, migrations, names);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  }
  return findings;
}

async function make(client: Client, { place, sql }: Finding): Promise<void> {
  try {
    await client.query(sql);
  } catch (error) {
    const why = (error as Error).message;
    throw new PermanentError(`PostgreSQL refuses ${place}: ${why}. Nothing was changed. The statement was:\n${sql}`);
  }
}

function refusal(obstacles: readonly Finding[]): string {
  const lines = obstacles.map(({ place, what }) => `- ${place}: ${what}`);
  return [
    'The tables that are there can’t be adopted as they are. Nothing was changed.',
    ...lines,
    'npm run migrate -- --check prints all differences, with the SQL. deploy/adopting.md says more.',
  ].join('\n');
}
