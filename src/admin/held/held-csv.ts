import { stringify } from 'csv-stringify/sync';
import type { Database } from '../../database/database.js';
import { eachHeldPerson } from '../../sync/holds/holds.js';

/** The people of a hold as CSV, in parts. A cell that a spreadsheet would run as a formula is escaped. */
export async function* heldCsv(database: Database, holdId: string): AsyncGenerator<string> {
  yield stringify([['name', 'email', 'status', 'external_id', 'member_id', 'user_id']], { bom: true });
  for await (const people of eachHeldPerson({ database }, holdId)) {
    yield stringify(
      people.map(({ name, email, status, externalId, memberId, userId }) => [
        ...[name, email, status, externalId ?? '', memberId ?? '', userId],
      ]),
      { escape_formulas: true },
    );
  }
}
