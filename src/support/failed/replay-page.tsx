import { RequestProblem } from '../../errors/request-problem.js';
import { Card } from '../../http/components/card.js';
import { Pager, pagesAt } from '../../http/components/pager.js';
import { Table } from '../../http/components/table.js';
import { shownJobId } from '../../replay/job-id.js';
import { answersPerPage, type BatchProgress, batchProgress, type ReplayAnswer } from '../../replay/replays.js';
import { type StartedReplay, startReplay } from '../../replay/start-replay.js';
import { field, fromIn, selectionIn } from '../console/form.js';
import type { Asked, Handler } from '../console/handler.js';
import type { SupportParts } from '../parts.js';

/** Starts a replay, and shows its progress. */
export const startReplayOfForm: Handler = async (parts, { body, act }) => {
  const reasoned = act();
  const { selection } = await selectionIn(parts, body);
  const started = await startReplay(parts, selection, reasoned);
  if (started.batchId === null) throw new RequestProblem('conflict', notReplayed(started));
  const query = started.skippedTotal === 0 ? '' : `?${new URLSearchParams({ skipped: notReplayed(started) })}`;
  return { redirect: `/support/replays/${started.batchId}${query}` };
};

function notReplayed({ skipped: [first], skippedTotal }: StartedReplay): string {
  if (first === undefined) return 'No failed job matches, so nothing was replayed. A sweep may have repaired it.';
  const others = skippedTotal > 1 ? ` And ${skippedTotal - 1} others.` : '';
  return `Not replayed: ${first.id}: ${first.why}.${others}`;
}

/** A replay that is running, or done. */
export const replay: Handler = async (parts, asked) => {
  const batch = await progressOf(parts, asked);
  const skipped = field(asked.query, 'skipped');
  const page = (
    <>
      <h1>Replay</h1>
      <p>
        {batch.target}, by {batch.actor}: {batch.reason}
      </p>
      {skipped !== '' && <p class="quiet">{skipped}</p>}
      <div data-live={`/support/replays/${batch.id}/live?from=${batch.from}`} data-seconds={2}>
        <Progress batch={batch} />
      </div>
      <p class="actions">
        <a href="/support/failed" class="button secondary">
          Failed jobs
        </a>
      </p>
    </>
  );
  return { tab: 'failed', title: 'Replay', page };
};

/** The part of that page that is reloaded. */
export const replayProgress: Handler = async (parts, asked) => ({
  part: <Progress batch={await progressOf(parts, asked)} />,
});

function progressOf({ database }: SupportParts, { id, query }: Asked): Promise<BatchProgress> {
  return batchProgress(database, id, fromIn(query));
}

function Progress({ batch }: { batch: BatchProgress }) {
  const { id, done, total, from, answers } = batch;
  const shown = { from, shown: answers.length, total, perPage: answersPerPage };
  return (
    <Card label="Progress">
      <p class="lead" role="status">
        {done === total ? `All ${total} done.` : `${done} of ${total} done. You can leave this page.`}
      </p>
      <progress value={done} max={total} aria-label="Jobs done" />
      <Table head={['Job', 'Result', 'Why']} rows={answers.map(rowOf)} />
      <Pager what="jobs" {...pagesAt(`/support/replays/${id}`, shown)} />
    </Card>
  );
}

function rowOf({ queue, jobId, state, result, why }: ReplayAnswer) {
  const id = shownJobId(queue, jobId);
  const link = <a href={`/support/jobs/${encodeURIComponent(id)}`}>{id}</a>;
  const words = { waiting: 'waits', retried: 'a worker has it', done: result ?? 'skipped' };
  return { key: id, cells: [link, words[state], why ?? ''] };
}
