import { readFileSync } from 'node:fs';
import type pg from 'pg';

/** Runs deploy/create-database.sql. What the file says to psql alone is done here: the password is `secret`. */
export async function createScannerDatabase(client: pg.Client): Promise<void> {
  const sql = readFileSync('deploy/create-database.sql', 'utf8').replace(/^(--|\\set).*$/gm, '');
  for (const statement of sql.replace(":'password'", "'secret'").split(';')) {
    if (statement.trim() !== '') await client.query(statement);
  }
}

/** The address of that database, for the user of our processes. */
export function scannerUrl(url: (database: string) => string): string {
  const address = new URL(url('scanner'));
  address.username = 'scanner';
  return address.href;
}
