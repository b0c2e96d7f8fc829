import { counted } from '../../counted.js';
import { When } from '../../pages/times.js';
import type { FailedJob } from '../job-filter.js';
import { SupportFrame } from './frame.js';
import { ReasonField } from './reason-field.js';

export type FailedQuery = { team: string; type: string; error: string; since: string; until: string };
const shownMax = 200;

/** Failed jobs by team, type, error and time; each, the chosen ones, or all that match can be replayed. */
export function FailedPage(props: {
  person: string;
  now: Date;
  query: FailedQuery;
  jobs: readonly FailedJob[];
  settled: number;
}) {
  const { person, now, query, jobs, settled } = props;
  return (
    <SupportFrame person={person} tab="failed" title="Failed jobs">
      <h1>Failed jobs</h1>
      <Filter query={query} />
      {settled > 0 && (
        <p class="quiet">{settled} more were put right by a sweep in the last 24 hours, and have left this list.</p>
      )}
      {jobs.length === 0 ? (
        <section class="card" aria-label="Jobs">
          <p class="quiet">Nothing has failed that matches. What a later sweep put right leaves this list by itself.</p>
        </section>
      ) : (
        <Jobs jobs={jobs} query={query} now={now} />
      )}
    </SupportFrame>
  );
}

function Filter({ query }: { query: FailedQuery }) {
  return (
    <form method="get" action="/support/failed" class="filter">
      <label>
        Team
        <input name="team" value={query.team} placeholder="Id or exact name" />
      </label>
      <label>
        Event
        <input name="type" value={query.type} placeholder="scim.member.delete" />
      </label>
      <label>
        Error contains
        <input name="error" value={query.error} />
      </label>
      <label>
        Since
        <input name="since" value={query.since} placeholder="2h, 3d, 2026-11-23" />
      </label>
      <label>
        Until
        <input name="until" value={query.until} />
      </label>
      <button type="submit" class="secondary">
        Search
      </button>
    </form>
  );
}

function Jobs({ jobs, query, now }: { jobs: readonly FailedJob[]; query: FailedQuery; now: Date }) {
  const shown = jobs.slice(0, shownMax);
  return (
    <form method="post" action="/support/replay" class="card" aria-label="Jobs" data-once>
      {Object.entries(query).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      <p>
        {counted(jobs.length, 'job matches', 'jobs match')}
        {jobs.length > shownMax && `; the latest ${shownMax} are shown`}.
      </p>
      <div class="table">
        <table>
          <thead>
            <tr>
              <th scope="col">
                <span class="sr">Chosen</span>
              </th>
              <th scope="col">Job</th>
              <th scope="col">Failed</th>
              <th scope="col">Tries</th>
              <th scope="col">Event</th>
              <th scope="col">Error</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((job) => (
              <Row key={job.id} job={job} now={now} />
            ))}
          </tbody>
        </table>
      </div>
      <ReasonField />
      <p class="actions">
        <button
          type="submit"
          class="secondary"
          formaction="/support/preview"
          formnovalidate
          name="which"
          value="chosen"
        >
          What would chosen ones change?
        </button>
        <button type="submit" class="secondary" formaction="/support/preview" formnovalidate name="which" value="all">
          What would all change?
        </button>
        <button type="submit" name="which" value="chosen">
          Replay chosen
        </button>
        <button type="submit" name="which" value="all">
          Replay all {jobs.length}
        </button>
      </p>
    </form>
  );
}

function Row({ job, now }: { job: FailedJob; now: Date }) {
  return (
    <tr>
      <td>
        <input type="checkbox" name="job" value={job.id} aria-label={`Choose ${job.id}`} />
      </td>
      <td>
        <a href={`/support/jobs/${encodeURIComponent(job.id)}`}>{job.id}</a>
      </td>
      <td>
        <When at={job.failedAt} now={now} />
      </td>
      <td>{job.attempts}</td>
      <td>
        <code>{job.eventType}</code>
      </td>
      <td>{job.error}</td>
    </tr>
  );
}
