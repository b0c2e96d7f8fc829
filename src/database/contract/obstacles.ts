import type { Client } from '../client.js';
import type { Finding } from './compare.js';

/** A table that takes longer to look through is not: then PostgreSQL itself says no, when the statement runs. */
const lookTimeoutMs = 10_000;

/**
 * Looks whether rows contradict what is missing: values that a check does not allow, or twice what shall be unique. Such a
 * finding is refused. Reads only.
 */
export async function withObstacles(client: Client, findings: readonly Finding[]): Promise<Finding[]> {
  await client.query(`SET statement_timeout = ${lookTimeoutMs}`);
  const looked: Finding[] = [];
  for (const finding of findings)
    looked.push((await isContradicted(client, finding)) ? contradicted(finding) : finding);
  await client.query('RESET statement_timeout');
  return looked;
}

/** A table of the question may be missing itself, or too large. */
async function isContradicted(client: Client, { counterexamples }: Finding): Promise<boolean> {
  if (counterexamples === undefined) return false;
  const found = await client.query(`SELECT FROM (${counterexamples}) rows LIMIT 1`).catch(() => null);
  return found?.rowCount === 1;
}

function contradicted({ place, what, sql, counterexamples }: Finding): Finding {
  const script = `-- Repair these rows: ${counterexamples};\n${sql}`;
  return { place, what: `${what}, and there are rows that contradict it`, isRefused: true, sql: script };
}
