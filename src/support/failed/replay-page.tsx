import { RequestProblem } from '../../errors/request-problem.js';
import { Card } from '../../http/components/card.js';
import { ConfirmForm } from '../../http/components/confirm-form.js';
import { Notice } from '../../http/components/notice.js';
import { Pager, pagesAt } from '../../http/components/pager.js';
import { Table } from '../../http/components/table.js';
import { When } from '../../http/components/times.js';
import { shownJobId } from '../../replay/job-id.js';
import {
  cancelReplay,
  type ListedReplay,
  listReplays,
  progressText,
  type ReplaysPage as ReplayList,
  replaysPerPage,
} from '../../replay/list-replays.js';
import { answersPerPage, type BatchProgress, batchProgress, type ReplayAnswer } from '../../replay/replays.js';
import { type StartedReplay, startReplay } from '../../replay/start-replay.js';
import { pluralize } from '../../text/pluralize.js';
import { field, fromIn, selectionIn } from '../console/form.js';
import type { Asked, Handler } from '../console/handler.js';
import { PersonLink } from '../console/names.js';
import type { SupportParts } from '../parts.js';
import { type JobPeople, peopleOfJobs } from './job-people.js';

/** All replays that people have started: progress, by whom, and why. */
export const replays: Handler = async ({ database }, { query }) => {
  const bySweeps = field(query, 'all') !== '';
  const list = await listReplays(database, { from: fromIn(query), bySweeps });
  return { tab: 'replays', title: 'Replays', page: <ReplaysPage list={list} bySweeps={bySweeps} /> };
};

function ReplaysPage({ list, bySweeps }: { list: ReplayList; bySweeps: boolean }) {
  const { replays, from, total } = list;
  const path = bySweeps ? '/support/replays?all=1' : '/support/replays';
  return (
    <>
      <h1>Replays</h1>
      <p class="lead">
        Failed jobs that were handled again. Workers do it, so nothing has to stay open.{' '}
        {bySweeps ? (
          <a href="/support/replays">Only those of people</a>
        ) : (
          <a href="/support/replays?all=1">Also those that sweeps have started</a>
        )}
      </p>
      <Card label="Replays">
        {replays.length === 0 ? (
          <p class="quiet">
            Nobody has started a replay. <a href="/support/failed">Failed jobs</a>
          </p>
        ) : (
          <Table head={['Started', 'By', 'What', 'Why', 'Progress']} rows={replays.map(listedRow)} />
        )}
        <Pager what="replays" {...pagesAt(path, { from, shown: replays.length, total, perPage: replaysPerPage })} />
      </Card>
    </>
  );
}

function listedRow(replay: ListedReplay) {
  const { id, actor, target, reason, startedAt } = replay;
  const cells = [
    <a key="id" href={`/support/replays/${id}`}>
      <When at={startedAt} />
    </a>,
    actor,
    target,
    reason,
    progressText(replay),
  ];
  return { key: id, cells };
}

/** Stops a replay. */
export const cancel: Handler = async ({ database }, { id, act }) => {
  const { cancelled } = await cancelReplay(database, id, act());
  const done =
    cancelled === 0
      ? 'No job was waiting any more.'
      : `${pluralize(cancelled, 'job')} taken out. They stay in the failed set.`;
  return { redirect: `/support/replays/${id}?${new URLSearchParams({ done })}` };
};

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
  const [skipped, done] = [field(asked.query, 'skipped'), field(asked.query, 'done')];
  const page = (
    <>
      <h1>Replay</h1>
      <p>
        {batch.target}, by {batch.actor}: {batch.reason}
      </p>
      {done !== '' && <Notice kind="good" title={done} />}
      {skipped !== '' && <p class="quiet">{skipped}</p>}
      <div data-live={`/support/replays/${batch.id}/live?from=${batch.from}`} data-seconds={2}>
        <Progress batch={batch} />
      </div>
      {batch.done < batch.total && (
        <section class="card until-done" aria-label="Stop it">
          <h2>Stop it</h2>
          <ConfirmForm
            action={`/support/replays/${batch.id}/cancel`}
            reasonId="reason"
            submit={{ label: 'Cancel the jobs that still wait', look: 'danger' }}
          />
        </section>
      )}
      <p class="actions">
        <a href="/support/replays" class="button secondary">
          All replays
        </a>
        <a href="/support/failed" class="button secondary">
          Failed jobs
        </a>
      </p>
    </>
  );
  return { tab: 'replays', title: 'Replay', page };
};

/** The part of that page that is reloaded. */
export const replayProgress: Handler = async (parts, asked) => ({
  part: <Progress batch={await progressOf(parts, asked)} />,
});

type Shown = BatchProgress & { people: JobPeople };

async function progressOf({ database }: SupportParts, { id, query }: Asked): Promise<Shown> {
  const batch = await batchProgress(database, id, fromIn(query));
  const people = await peopleOfJobs(
    database,
    batch.answers.map(({ queue, jobId }) => shownJobId(queue, jobId)),
  );
  return { ...batch, people };
}

function Progress({ batch }: { batch: Shown }) {
  const { id, done, total, from, answers, people } = batch;
  const shown = { from, shown: answers.length, total, perPage: answersPerPage };
  return (
    <Card label="Progress">
      <p class={done === total ? 'lead all-done' : 'lead'} role="status">
        {progressText({ done, total })}
        {done < total && ' You can leave this page.'}
      </p>
      <progress value={done} max={total} aria-label="Jobs done" />
      <Table head={['Job', 'Person', 'Result', 'Why']} rows={answers.map((answer) => rowOf(answer, people))} />
      <Pager what="jobs" {...pagesAt(`/support/replays/${id}`, shown)} />
    </Card>
  );
}

function rowOf({ queue, jobId, state, result, why }: ReplayAnswer, { memberOf, names }: JobPeople) {
  const id = shownJobId(queue, jobId);
  const link = <a href={`/support/jobs/${encodeURIComponent(id)}`}>{id}</a>;
  const person = <PersonLink id={memberOf(id)} names={names} none="several" />;
  const words = { waiting: 'waits', retried: 'a worker has it', done: result ?? 'skipped' };
  return { key: id, cells: [link, person, words[state], why ?? ''] };
}
