import { stringify } from 'csv-stringify/sync';
import type { Database } from '../database.js';
import { changeInWords, reasonInWords } from '../pages/change-words.js';
import { type Activity, type ActivityQuery, readActivity } from './activity.js';

const columns = [
  ...['time', 'person', 'email', 'outcome', 'changes', 'why', 'lag_seconds', 'event_sent', 'event_received'],
  ...['member_id', 'event_id', 'record'],
];
const rowsPerPage = 1_000;
/** Two days of a very large company; who needs more asks by person or in parts. */
const rowsMax = 200_000;

/**
 * The record as CSV, a part at a time, so that its length costs no memory. A cell that a spreadsheet would run as a
 * formula, a name that begins with `=` for example, is disarmed.
 */
export async function* activityCsv(
  database: Database,
  teamId: string,
  query: Omit<ActivityQuery, 'limit'>,
): AsyncGenerator<string> {
  yield stringify([columns], { bom: true });
  let cursor = query.cursor;
  for (let rows = 0; rows < rowsMax; rows += rowsPerPage) {
    const page = await readActivity(database, teamId, {
      ...query,
      ...(cursor === undefined ? {} : { cursor }),
      limit: rowsPerPage,
    });
    yield stringify(page.events.map(cellsOf), { escape_formulas: true });
    if (page.cursor === null) return;
    cursor = page.cursor;
  }
}

function cellsOf(event: Activity): (string | number)[] {
  const { at, person, outcome, changes, lagSeconds, sentAt, receivedAt, memberId, eventId, id } = event;
  const words = changes.map(changeInWords).join('; ');
  const lag = lagSeconds === null ? '' : lagSeconds.toFixed(3);
  return [
    ...[at, person?.name ?? '', person?.email ?? '', outcome, words, reasonInWords(event), lag],
    ...[sentAt ?? '', receivedAt ?? '', memberId ?? '', eventId ?? '', id],
  ];
}
