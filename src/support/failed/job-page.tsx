import { Card, PartList } from '../../http/components/card.js';
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
  return (
    <>
      <h1>Job {job.id}</h1>
      <Card label="What it is">
        <Facts of={jobFacts(job)} />
      </Card>
      <Card title="What it would change now">
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
      </Card>
      {errors.length > 0 && (
        <Card title="Errors">
          <ol start={first}>
            {errors.map((error, i) => (
              <li key={`${i} ${error}`}>{error}</li>
            ))}
          </ol>
        </Card>
      )}
      <Card title="Hint">
        <pre>{cut(JSON.stringify(job.data, null, 2))}</pre>
      </Card>
      <Card title="History">
        <PartList items={jobHistory(job).map(({ at, text }) => [<When key={at} at={at} />, `: ${text}`])} />
      </Card>
    </>
  );
}

/** In characters. All hints are shorter; a second look names up to 1,000 members. */
const dataMax = 10_000;

function cut(text: string): string {
  return text.length <= dataMax ? text : `${text.slice(0, dataMax)}\n… \`show\` of the command line has all of it.`;
}
