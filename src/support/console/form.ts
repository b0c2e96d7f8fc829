import { RequestProblem } from '../../errors/request-problem.js';
import type { FailedPlace } from '../../queue/failed.js';
import type { Selection } from '../../replay/start-replay.js';
import { filterOf } from '../filter.js';
import type { SupportParts } from '../parts.js';

/** One more than a reason may have, so that a longer one is refused and not cut off. */
const fieldLengthMax = 1_001;

/** A field of a form or an address: trimmed text, empty when it is missing or not text. */
export function field(from: unknown, name: string): string {
  const value = (from as Record<string, unknown> | undefined)?.[name];
  return typeof value === 'string' ? value.trim().slice(0, fieldLengthMax) : '';
}

/** The filter of failed jobs, as it was typed. */
export type FailedQuery = Record<'team' | 'type' | 'error' | 'since' | 'until', string>;

export function queryIn(from: unknown): FailedQuery {
  const of = (name: keyof FailedQuery) => field(from, name);
  return { team: of('team'), type: of('type'), error: of('error'), since: of('since'), until: of('until') };
}

/** Where a page of a list begins; 0 when the address does not say. */
export function fromIn(query: unknown): number {
  const text = field(query, 'from');
  return /^\d{1,9}$/.test(text) ? Number(text) : 0;
}

/** Where a page of failed jobs begins, as `placeText` wrote it. */
export function placeIn(query: unknown): FailedPlace | null {
  const [, time, skip] = /^(\d{1,14})-(\d{1,9})$/.exec(field(query, 'after')) ?? [];
  return time === undefined ? null : { failedAt: new Date(Number(time)), skip: Number(skip) };
}

export function placeText({ failedAt, skip }: FailedPlace): string {
  return `${failedAt.getTime()}-${skip}`;
}

/** More boxes than a page has. */
const chosenMax = 200;

/** The jobs that are ticked, or all that match; and the fields of the form that say so. */
export async function selectionIn(
  { database }: Pick<SupportParts, 'database'>,
  body: unknown,
): Promise<{ selection: Selection; hidden: Record<string, string | string[]> }> {
  const query = queryIn(body);
  if (field(body, 'which') === 'all') {
    return { selection: { filter: await filterOf(database, query) }, hidden: { which: 'all', ...query } };
  }
  const ids = [(body as { job?: unknown } | undefined)?.job ?? []].flat().map(String);
  if (ids.length === 0) {
    throw new RequestProblem('usage', 'No job is chosen. Go back and tick one, or take all that match.');
  }
  if (ids.length > chosenMax) {
    throw new RequestProblem('usage', `More than ${chosenMax} jobs are chosen. Choose fewer, or take all that match.`);
  }
  return { selection: { ids }, hidden: { which: 'chosen', job: ids } };
}
