import type { Request } from 'express';
import { RequestProblem } from '../../errors/request-problem.js';
import type { FailedPlace } from '../../queue/failed.js';
import type { JobFilter } from '../../replay/job-filter.js';
import type { Selection } from '../../replay/start-replay.js';
import { timeOf } from '../../text/time.js';
import type { FailedQuery } from '../failed/failed-page.js';
import { findTeam } from '../find-team.js';
import type { SupportParts } from '../parts.js';

/** One more than the longest reason may have, so that a longer one is refused and not silently cut. */
const fieldLengthMax = 1_001;

/** A field of a form or an address: trimmed text, empty when it is missing or no text. */
export function field(from: unknown, name: string): string {
  const value = (from as Record<string, unknown> | undefined)?.[name];
  return typeof value === 'string' ? value.trim().slice(0, fieldLengthMax) : '';
}

export function queryIn(from: unknown): FailedQuery {
  const [team, type, error, since, until] = ['team', 'type', 'error', 'since', 'until'].map((name) =>
    field(from, name),
  );
  return { team: team ?? '', type: type ?? '', error: error ?? '', since: since ?? '', until: until ?? '' };
}

/** Where a page of a list begins; at its beginning where the address says nothing that makes sense. */
export function fromIn(query: unknown): number {
  const text = field(query, 'from');
  return /^\d{1,9}$/.test(text) ? Number(text) : 0;
}

/** Where a page of failed jobs begins, as `placeText` wrote it. */
export function placeIn(query: unknown): FailedPlace | null {
  const [, time, skip] = /^(\d{1,14})-(\d{1,9})$/.exec(field(query, 'after')) ?? [];
  return time === undefined ? null : { failedAt: new Date(Number(time)), skip: Number(skip) };
}

/** @throws RequestProblem */
export async function filterIn({ database }: Pick<SupportParts, 'database'>, query: FailedQuery): Promise<JobFilter> {
  const now = new Date();
  return {
    ...(query.team === '' ? {} : { teamId: (await findTeam(database, query.team)).id }),
    ...(query.type === '' ? {} : { type: query.type }),
    ...(query.error === '' ? {} : { error: query.error }),
    ...(query.since === '' ? {} : { since: timeOf(query.since, 'Since', now) }),
    ...(query.until === '' ? {} : { until: timeOf(query.until, 'Until', now) }),
  };
}

/** More boxes than a page has. */
const chosenMax = 200;

/** The jobs that are ticked, or all that match. */
export async function selectionIn(
  parts: Pick<SupportParts, 'database'>,
  { body }: Request,
): Promise<{ which: 'chosen' | 'all'; ids: string[]; query: FailedQuery; selection: Selection }> {
  const query = queryIn(body);
  const which = field(body, 'which') === 'all' ? 'all' : 'chosen';
  const ids = which === 'all' ? [] : [(body as { job?: unknown })?.job ?? []].flat().map(String);
  if (which === 'chosen' && ids.length === 0) {
    throw new RequestProblem('usage', 'No job is chosen. Go back and tick one, or take all that match.');
  }
  if (ids.length > chosenMax) {
    throw new RequestProblem('usage', `More than ${chosenMax} jobs are chosen. Choose fewer, or take all that match.`);
  }
  const selection = which === 'all' ? { filter: await filterIn(parts, query) } : { ids };
  return { which, ids, query, selection };
}
