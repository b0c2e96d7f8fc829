import { stringify } from 'csv-stringify/sync';
import type { Database } from '../../database/database.js';
import { actInWords } from './act-words.js';
import { type Activity, type ActivityQuery, readActivity } from './activity.js';
import { changeInWords } from './change-words.js';
import { readProviderAt } from './provider-at.js';
import { type ProviderAt, reasonInWords } from './reason-words.js';

/** A row with a thousand changes has 80 KB in memory, so a hundred rows are the most at a time. */
const rowsPerPage = 100;
/** A cell of a spreadsheet holds 32,767 characters. */
const changesPerRow = 500;
/** Two days of a very large company. For more, filter by person or export in parts. */
const rowsMax = 200_000;

/**
 * The activity log as CSV, in parts, so its length needs no memory. A cell that a spreadsheet would run as a formula (a name
 * that starts with `=`) is escaped. If the export is cut off, the last line says so.
 */
export async function* activityCsv(
  database: Database,
  teamId: string,
  query: Omit<ActivityQuery, 'limit'>,
): AsyncGenerator<string> {
  const providerAt = await readProviderAt(database, teamId);
  yield stringify([columns.map(([name]) => name)], { bom: true });
  let { cursor } = query;
  for (let rows = 0; rows < rowsMax; rows += rowsPerPage) {
    const from = cursor === undefined ? {} : { cursor };
    const page = await readActivity(database, teamId, { ...query, ...from, limit: rowsPerPage }, changesPerRow);
    yield stringify(
      page.events.map((event) => columns.map(([, cellOf]) => cellOf(event, providerAt))),
      { escape_formulas: true },
    );
    if (page.nextCursor === null) return;
    cursor = page.nextCursor;
  }
  yield stringify([[`Cut off after ${rowsMax} rows. Export by person or outcome, or continue from cursor=${cursor}.`]]);
}

type Column = [name: string, cellOf: (event: Activity, providerAt: ProviderAt) => string | number];

const columns: Column[] = [
  ['time', ({ at }) => at],
  ['person', ({ person }) => person?.name ?? ''],
  ['email', ({ person }) => person?.email ?? ''],
  ['outcome', ({ outcome }) => outcome],
  ['changes', changesText],
  ['why', reasonInWords],
  ['lag_seconds', ({ lagSeconds }) => lagSeconds?.toFixed(3) ?? ''],
  ['event_sent', ({ sentAt }) => sentAt ?? ''],
  ['event_received', ({ receivedAt }) => receivedAt ?? ''],
  ['member_id', ({ memberId }) => memberId ?? ''],
  ['event_id', ({ eventId }) => eventId ?? ''],
  ['record', ({ id }) => id],
  ['event_type', ({ eventType }) => eventType ?? ''],
];

function changesText({ act, changes, changesTotal }: Activity): string {
  const more = changesTotal - changes.length;
  const words = [...(act === null ? [] : [actInWords(act)]), ...changes.map(changeInWords)];
  return [...words, ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
}
