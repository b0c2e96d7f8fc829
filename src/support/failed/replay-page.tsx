import { Pager } from '../../http/components/pager.js';
import { shownJobId } from '../../replay/job-id.js';
import { answersPerPage, type BatchProgress } from '../../replay/replays.js';
import { SupportFrame } from '../console/frame.js';

/** A replay under way, or done. */
export function ReplayPage({
  person,
  batch,
  skipped,
}: {
  person: string;
  batch: BatchProgress;
  skipped: string | null;
}) {
  return (
    <SupportFrame person={person} tab="failed" title="Replay">
      <h1>Replay</h1>
      <p>
        {batch.target}, by {batch.actor}: {batch.reason}
      </p>
      {skipped !== null && <p class="quiet">{skipped}</p>}
      <div data-live={`/support/replays/${batch.id}/live?from=${batch.from}`}>
        <ReplayProgress batch={batch} />
      </div>
      <p class="actions">
        <a href="/support/failed" class="button secondary">
          Failed jobs
        </a>
      </p>
    </SupportFrame>
  );
}

export function ReplayProgress({ batch }: { batch: BatchProgress }) {
  const { id, done, total, from, answers } = batch;
  const page = (start: number) => `/support/replays/${id}?from=${start}`;
  return (
    <section class="card" aria-label="Progress">
      <p class="lead" role="status">
        {done === total ? `All ${total} done.` : `${done} of ${total} done. It goes on whether you watch or not.`}
      </p>
      <progress value={done} max={total} aria-label="Jobs done" />
      <div class="table">
        <table>
          <thead>
            <tr>
              <th scope="col">Job</th>
              <th scope="col">Result</th>
              <th scope="col">Why</th>
            </tr>
          </thead>
          <tbody>
            {answers.map(({ queue, jobId, state, result, why }) => (
              <tr key={`${queue} ${jobId}`}>
                <td>
                  <a href={`/support/jobs/${encodeURIComponent(shownJobId(queue, jobId))}`}>
                    {shownJobId(queue, jobId)}
                  </a>
                </td>
                <td>{state === 'done' ? (result ?? 'skipped') : state === 'waiting' ? 'waits' : 'a worker has it'}</td>
                <td>{why ?? ''}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Pager
        what="jobs"
        from={from}
        shown={answers.length}
        total={total}
        previous={from === 0 ? null : page(Math.max(0, from - answersPerPage))}
        next={from + answers.length < total ? page(from + answers.length) : null}
      />
    </section>
  );
}
