import { stringify } from 'csv-stringify/sync';
import type { Database } from '../../database/database.js';
import { changeInWords, reasonInWords } from '../../http/components/change-words.js';
import { actInWords } from './act-words.js';
import { type Activity, type ActivityQuery, readActivity } from './activity.js';

const columns = [
  ...['time', 'person', 'email', 'outcome', 'changes', 'why', 'lag_seconds', 'event_sent', 'event_received'],
  ...['member_id', 'event_id', 'record'],
];
/** A row of a thousand changes is 80 KB on its way: a hundred of them are as much as the heap should carry at once. */
const rowsPerPage = 100;
/** What a cell of a spreadsheet can hold: 32,767 characters. */
const changesPerRow = 500;
/** Two days of a very large company; who needs more asks by person or in parts. */
const rowsMax = 200_000;

/**
 * The record as CSV, a part at a time, so that its length costs no memory. A cell that a spreadsheet would run as a
 * formula, a name that begins with `=` for example, is disarmed. Where it is cut off, its last line says so.
 */
export async function* activityCsv(
  database: Database,
  teamId: string,
  query: Omit<ActivityQuery, 'limit'>,
): AsyncGenerator<string> {
  yield stringify([columns], { bom: true });
  let { cursor } = query;
  for (let rows = 0; rows < rowsMax; rows += rowsPerPage) {
    const from = cursor === undefined ? {} : { cursor };
    const page = await readActivity(database, teamId, { ...query, ...from, limit: rowsPerPage }, changesPerRow);
    yield stringify(page.events.map(cellsOf), { escape_formulas: true });
    if (page.nextCursor === null) return;
    cursor = page.nextCursor;
  }
  yield stringify([[`Cut off after ${rowsMax} rows. Export by person or outcome, or from cursor=${cursor} on.`]]);
}

function cellsOf(event: Activity): (string | number)[] {
  const { at, person, outcome, changes, changesTotal, lagSeconds, sentAt, receivedAt, memberId, eventId, id } = event;
  const more = changesTotal - changes.length;
  const done = event.act === null ? [] : [actInWords(event.act)];
  const words = [...done, ...changes.map(changeInWords), ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
  const lag = lagSeconds === null ? '' : lagSeconds.toFixed(3);
  return [
    ...[at, person?.name ?? '', person?.email ?? '', outcome, words, reasonInWords(event), lag],
    ...[sentAt ?? '', receivedAt ?? '', memberId ?? '', eventId ?? '', id],
  ];
}
