import { ConfirmForm } from '../../http/components/confirm-form.js';
import { Facts } from '../../http/components/facts.js';
import { When } from '../../http/components/times.js';
import type { Handler } from '../console/handler.js';
import { ChangesList, shownChanges } from './changes-list.js';
import { jobErrors, jobFacts, jobHistory, type ShownJob, showJob } from './show-job.js';

/** One job: its hint, its errors, what it would change now; and a form to replay it. */
export const job: Handler = async (parts, { id }) => {
  return { tab: 'failed', title: 'Job', page: <JobPage job={await showJob(parts, id)} /> };
};

function JobPage({ job }: { job: ShownJob }) {
  const { first, errors } = jobErrors(job);
  const history = jobHistory(job);
  return (
    <>
      <h1>Job {job.id}</h1>
      <section class="card" aria-label="What it is">
        <Facts of={jobFacts(job)} />
      </section>
      <section class="card" aria-label="What it would change now">
        <h2>What it would change now</h2>
        {job.wouldChange === null ? (
          <p>Unknown: {job.wouldChangeNot}</p>
        ) : (
          <ChangesList changes={shownChanges(job.wouldChange)} />
        )}
        <ConfirmForm
          action="/support/replay"
          hidden={{ which: 'chosen', job: job.id }}
          reasonId="reason"
          submit={{ label: 'Replay' }}
        />
      </section>
      {errors.length > 0 && (
        <section class="card" aria-label="Errors">
          <h2>Errors</h2>
          <ol start={first}>
            {errors.map((error, i) => (
              <li key={`${i} ${error}`}>{error}</li>
            ))}
          </ol>
        </section>
      )}
      <section class="card" aria-label="Hint">
        <h2>Hint</h2>
        <pre>{cut(JSON.stringify(job.data, null, 2))}</pre>
      </section>
      {history.length > 0 && (
        <section class="card" aria-label="History">
          <h2>History</h2>
          <ul>
            {history.map(({ at, text }) => (
              <li key={`${at} ${text}`}>
                <When at={at} />: {text}
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

/** In characters. All hints are shorter; a second look names up to 1,000 members. */
const dataMax = 10_000;

function cut(text: string): string {
  return text.length <= dataMax ? text : `${text.slice(0, dataMax)}\n… \`show\` of the command line has all of it.`;
}
