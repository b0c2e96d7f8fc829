import { stringify } from 'csv-stringify/sync';
import { pluralize } from '../../text/pluralize.js';
import type { ImportRow, ImportSummary } from './import-report.js';

/** The summary of a first read, in two lines. */
export function summaryLines(summary: ImportSummary): string[] {
  const { linked, created, reactivated, updated, deactivated, held, notInDirectory } = summary;
  const parts = [
    `${linked} linked to a user that is there`,
    `${created} created`,
    `${reactivated} reactivated`,
    `${updated} updated`,
    `${deactivated} deactivated`,
    `${held} held`,
  ];
  const without = pluralize(notInDirectory, 'user has', 'users have');
  return [`  ${parts.join(', ')}`, `  ${without} access today, is not in the directory and would keep it`].map(
    (line) => (notInDirectory === 1 ? line : line.replace('is not in the directory', 'are not in the directory')),
  );
}

const columns: readonly [name: string, cellOf: (row: ImportRow) => string | number | null][] = [
  ['action', ({ action }) => action],
  ['email', ({ email }) => email],
  ['user', ({ userId }) => userId],
  ['member', ({ memberId }) => memberId],
  ['roles today', ({ rolesToday }) => rolesToday.join('; ')],
  ['roles gained', ({ rolesGained }) => rolesGained.join('; ')],
  ['roles lost', ({ rolesLost }) => rolesLost.join('; ')],
  ['live API keys', ({ liveKeys }) => liveKeys],
];

/** One line a person. A cell that a spreadsheet would run as a formula is escaped. */
export async function* importCsv(rows: AsyncIterable<ImportRow>): AsyncGenerator<string> {
  yield lineOf(columns.map(([name]) => name));
  for await (const row of rows) yield lineOf(columns.map(([, cellOf]) => cellOf(row)));
}

function lineOf(cells: (string | number | null)[]): string {
  return stringify([cells], { escape_formulas: true }).trimEnd();
}
