import { When } from '../../http/components/times.js';
import type { FailedPlace } from '../../queue/failed.js';
import type { FailedJob } from '../../replay/job-filter.js';
import { pluralize } from '../../text/pluralize.js';
import { SupportFrame } from '../console/frame.js';
import { ReasonField } from '../console/reason-field.js';

export type FailedQuery = { team: string; type: string; error: string; since: string; until: string };

/** A screenful or two, each with a box to tick. */
export const jobsPerPage = 50;

/** A page of the failed jobs that match. */
export type ShownFailed = {
  jobs: readonly FailedJob[];
  /** How many jobs were looked at for them, and how many have failed in all. */
  looked: number;
  failed: number;
  /** The address of the next page begins there; null at the end. */
  next: FailedPlace | null;
  isFirst: boolean;
};

/** Failed jobs by team, type, error and time; each, the chosen ones, or all that match can be replayed. */
export function FailedPage(props: {
  person: string;
  now: Date;
  query: FailedQuery;
  page: ShownFailed;
  settled: number;
}) {
  const { person, now, query, page, settled } = props;
  return (
    <SupportFrame person={person} tab="failed" title="Failed jobs">
      <h1>Failed jobs</h1>
      <Filter query={query} />
      {settled > 0 && (
        <p class="quiet">{settled} more were put right by a sweep in the last 24 hours, and have left this list.</p>
      )}
      {page.jobs.length === 0 ? (
        <section class="card" aria-label="Jobs">
          <p class="quiet">{nothing(page)}</p>
          <Pages page={page} query={query} />
        </section>
      ) : (
        <Jobs page={page} query={query} now={now} />
      )}
    </SupportFrame>
  );
}

function nothing({ next, looked, isFirst }: ShownFailed): string {
  if (next !== null)
    return `None of ${pluralize(looked, 'job')} matches that ${looked === 1 ? 'was' : 'were'} looked at.`;
  if (!isFirst) return 'There are no more that match.';
  return 'Nothing has failed that matches. What a later sweep put right leaves this list by itself.';
}

/** How many there are is known only when all were looked at. */
function howMany({ jobs, looked, failed, next, isFirst }: ShownFailed, query: FailedQuery): string {
  const isFiltered = Object.values(query).some((value) => value !== '');
  if (!isFiltered) return `${pluralize(failed, 'job has', 'jobs have')} failed.`;
  if (next === null && isFirst) return `${pluralize(jobs.length, 'job matches', 'jobs match')}.`;
  return `${pluralize(jobs.length, 'job matches', 'jobs match')} of ${pluralize(looked, 'job')} that ${looked === 1 ? 'was' : 'were'} looked at; ${pluralize(failed, 'job has', 'jobs have')} failed in all.`;
}

function Pages({ page: { next, isFirst }, query }: { page: ShownFailed; query: FailedQuery }) {
  if (next === null && isFirst) return null;
  const after = next === null ? '' : `${next.failedAt.getTime()}-${next.skip}`;
  return (
    <nav class="actions" aria-label="Pages of jobs">
      {!isFirst && <a href={`/support/failed?${new URLSearchParams(query)}`}>Latest</a>}
      {next !== null && (
        <a href={`/support/failed?${new URLSearchParams({ ...query, after })}`} rel="next">
          Older
        </a>
      )}
    </nav>
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

function Jobs({ page, query, now }: { page: ShownFailed; query: FailedQuery; now: Date }) {
  const isFiltered = Object.values(query).some((value) => value !== '');
  return (
    <form method="post" action="/support/replay" class="card" aria-label="Jobs" data-once>
      {Object.entries(query).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      <p>{howMany(page, query)}</p>
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
            {page.jobs.map((job) => (
              <Row key={job.id} job={job} now={now} />
            ))}
          </tbody>
        </table>
      </div>
      <Pages page={page} query={query} />
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
          {isFiltered ? 'Replay all that match' : `Replay all ${page.failed.toLocaleString('en')}`}
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
