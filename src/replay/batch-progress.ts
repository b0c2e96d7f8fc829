import { withDatabaseErrors } from '../database/database.js';
import { RequestProblem } from '../errors/request-problem.js';
import type { ReplayParts } from './parts.js';
import { answersOf, type BatchCounts, countsOf, type ReplayAnswer } from './replays.js';

/** How far a replay has come, and a page of its jobs. */
export type BatchProgress = BatchCounts & {
  id: string;
  actor: string;
  reason: string;
  target: string;
  from: number;
  answers: ReplayAnswer[];
};

/** The page looks again every few seconds. */
export const answersPerPage = 100;

/** @throws RequestProblem when there is no such replay */
export async function batchProgress(
  { database }: Pick<ReplayParts, 'database'>,
  id: string,
  from = 0,
): Promise<BatchProgress> {
  const isId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id);
  const batch = isId ? await withDatabaseErrors(() => database.replayBatch.findUnique({ where: { id } })) : null;
  if (batch === null) throw new RequestProblem('not_found', 'There is no such replay; old ones are removed in time.');
  const { actor, reason, target } = batch;
  const answers = await answersOf(database, id, { from, limit: answersPerPage });
  return { id, actor, reason, target, from, answers, ...(await countsOf(database, id)) };
}
