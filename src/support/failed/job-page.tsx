import { Card, PartList } from '../../http/components/card.js';
import { ConfirmForm } from '../../http/components/confirm-form.js';
import { Facts } from '../../http/components/facts.js';
import { Table } from '../../http/components/table.js';
import { When } from '../../http/components/times.js';
import type { Handler } from '../console/handler.js';
import { whyAddress } from '../console/names.js';
import { type Names, namesOf } from '../names.js';
import { ChangesList, shownChanges } from './changes-list.js';
import {
  type FailedAttempts,
  jobFacts,
  jobHistory,
  jobTimeline,
  type ShownJob,
  showJob,
  spanText,
} from './show-job.js';

/** One job: its hint, its errors, what it would change now; and a form to replay it. */
export const job: Handler = async (parts, { id }) => {
  const shown = await showJob(parts, id);
  const names = await namesOf(parts.database, { teams: [shown.teamId], people: [shown.memberId] });
  return { tab: 'failed', title: 'Job', page: <JobPage job={shown} names={names} /> };
};

function JobPage({ job, names }: { job: ShownJob; names: Names }) {
  const timeline = jobTimeline(job);
  return (
    <>
      <h1>Job {job.id}</h1>
      <Card label="What it is">
        <Facts of={jobFacts(job, names)} />
        <p class="actions">
          {job.memberId !== null && (
            <a href={whyAddress(job.memberId)} class="button secondary">
              Why? of this person
            </a>
          )}
          {job.teamId !== null && (
            <a href={`/support/teams/${job.teamId}`} class="button secondary">
              The team
            </a>
          )}
        </p>
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
      {timeline.length > 0 && (
        <Card title="Errors">
          <Table head={['When (UTC)', { label: 'Attempts', nowrap: true }, 'Error']} rows={timeline.map(errorRow)} />
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

function errorRow({ attempts, error, ...span }: FailedAttempts) {
  return { key: attempts, cells: [spanText(span) || 'not known', attempts, error] };
}

/** In characters. All hints are shorter; a second look names up to 1,000 members. */
const dataMax = 10_000;

function cut(text: string): string {
  return text.length <= dataMax ? text : `${text.slice(0, dataMax)}\n… \`show\` of the command line has all of it.`;
}
