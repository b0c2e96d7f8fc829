import { Card } from '../../http/components/card.js';
import { ConfirmForm } from '../../http/components/confirm-form.js';
import { Table } from '../../http/components/table.js';
import { When } from '../../http/components/times.js';
import { failedPage } from '../../replay/failed-jobs.js';
import type { FailedJob } from '../../replay/job-filter.js';
import { settledLately } from '../../replay/replays.js';
import { pluralize } from '../../text/pluralize.js';
import { type FailedQuery, placeIn, placeText, queryIn } from '../console/form.js';
import type { Handler } from '../console/handler.js';
import { PersonLink, TeamLink } from '../console/names.js';
import { filterOf } from '../filter.js';
import { type Names, namesOf } from '../names.js';
import { type FailedGroup, failedGroups } from './failed-groups.js';
import { spanText } from './show-job.js';

/** A screenful or two, each with a box to tick. */
const jobsPerPage = 50;
/** For a page with a filter that few jobs match: half a second's work. `Older` continues from there. */
const lookMax = 5_000;

/** Failed jobs by team, type, error and time. Each, the chosen ones, or all that match can be replayed. */
export const failed: Handler = async (parts, asked) => {
  const query = queryIn(asked.query);
  const from = placeIn(asked.query);
  const filter = await filterOf(parts.database, query);
  const [{ jobs, looked, next }, counts, settled] = await Promise.all([
    failedPage(parts, filter, { limit: jobsPerPage, lookMax, from }),
    parts.queues.counts(),
    settledLately(parts.database),
  ]);
  const names = await namesOf(parts.database, {
    teams: jobs.map(({ shown }) => shown.teamId),
    people: jobs.map(({ shown }) => shown.memberId),
  });
  const shown: ShownFailed = {
    names,
    ...{ query, looked, isFirst: from === null, isFiltered: Object.values(query).some(Boolean) },
    jobs: jobs.map((job) => job.shown),
    after: next === null ? null : placeText(next),
    failed: Object.values(counts).reduce((sum, count) => sum + count.failed, 0),
  };
  return { tab: 'failed', title: 'Failed jobs', page: <FailedPage shown={shown} settled={settled} /> };
};

type ShownFailed = {
  names: Names;
  query: FailedQuery;
  isFiltered: boolean;
  jobs: FailedJob[];
  /** The number of jobs that were looked at for this page, and of all that have failed. */
  looked: number;
  failed: number;
  /** Where the next page begins; null at the end. */
  after: string | null;
  isFirst: boolean;
};

function FailedPage({ shown, settled }: { shown: ShownFailed; settled: number }) {
  return (
    <>
      <h1>Failed jobs</h1>
      <Filter query={shown.query} />
      {settled > 0 && (
        <p class="quiet">{settled} more were repaired by a sweep in the last 24 hours, and have left this list.</p>
      )}
      {shown.jobs.length > 0 ? (
        <Jobs shown={shown} />
      ) : (
        <Card label="Jobs">
          <p class="quiet">{nothing(shown)}</p>
          <Pages shown={shown} />
        </Card>
      )}
    </>
  );
}

function nothing({ after, looked, isFirst }: ShownFailed): string {
  if (after !== null) return `Looked at ${pluralize(looked, 'job')}: none matches.`;
  if (!isFirst) return 'There are no more that match.';
  return 'No failed job matches. Jobs that a later sweep repairs leave this list.';
}

/** The number of all that match is known only when all were looked at. */
function howMany({ jobs, looked, failed, after, isFirst, isFiltered }: ShownFailed): string {
  const all = pluralize(failed, 'job has', 'jobs have');
  if (!isFiltered) return `${all} failed.`;
  const matching = pluralize(jobs.length, 'job matches', 'jobs match');
  if (after === null && isFirst) return `${matching}.`;
  return `${matching}, of ${looked.toLocaleString('en')} looked at; ${all} failed in all.`;
}

function Pages({ shown: { after, isFirst, query } }: { shown: ShownFailed }) {
  if (after === null && isFirst) return null;
  return (
    <nav class="actions" aria-label="Pages of jobs">
      {!isFirst && <a href={`/support/failed?${new URLSearchParams(query)}`}>Latest</a>}
      {after !== null && (
        <a href={`/support/failed?${new URLSearchParams({ ...query, after })}`} rel="next">
          Older
        </a>
      )}
    </nav>
  );
}

const filterFields = [
  ['team', 'Team', 'Id or exact name'],
  ['type', 'Event', 'scim.member.delete'],
  ['error', 'Error contains', ''],
  ['since', 'Since', '2h, 3d, 2026-11-23'],
  ['until', 'Until', ''],
] as const;

function Filter({ query }: { query: FailedQuery }) {
  return (
    <form method="get" action="/support/failed" class="filter">
      {filterFields.map(([name, label, placeholder]) => (
        <label key={name}>
          {label}
          <input name={name} value={query[name]} placeholder={placeholder} />
        </label>
      ))}
      <button type="submit" class="secondary">
        Search
      </button>
    </form>
  );
}

const previews = { look: 'secondary', action: '/support/preview', skipsValidation: true, name: 'which' } as const;

function Jobs({ shown }: { shown: ShownFailed }) {
  const { query, isFiltered, failed, names } = shown;
  const all = isFiltered ? 'Replay all that match' : `Replay all ${failed.toLocaleString('en')}`;
  return (
    <ConfirmForm
      action="/support/replay"
      class="card"
      aria-label="Jobs"
      hidden={query}
      reasonId="reason"
      submit={[
        { ...previews, label: 'What would chosen ones change?', value: 'chosen' },
        { ...previews, label: 'What would all change?', value: 'all' },
        { label: 'Replay chosen', name: 'which', value: 'chosen' },
        { label: all, name: 'which', value: 'all' },
      ]}
    >
      <p>{howMany(shown)}</p>
      {failedGroups(shown.jobs).map((group) => (
        <Group key={`${group.teamId} ${group.eventType} ${group.error}`} group={group} names={names} />
      ))}
      <Pages shown={shown} />
    </ConfirmForm>
  );
}

/** Equal failures: the error once, and its jobs. */
function Group({ group, names }: { group: FailedGroup; names: Names }) {
  const { teamId, eventType, latest, jobs, from, to } = group;
  return (
    <section class="fold" aria-label={`${eventType}: ${latest}`}>
      <h2>{latest}</h2>
      <p class="quiet">
        {pluralize(jobs.length, 'job')} of <TeamLink id={teamId} name={names.team(teamId)} />, <code>{eventType}</code>,{' '}
        {spanText({ from, to })} UTC
      </p>
      <Table
        head={[{ label: 'Chosen', isHeadingHidden: true }, 'Person', { label: 'Failed', nowrap: true }, 'Tries', 'Job']}
        rows={jobs.map((job) => ({ key: job.id, cells: cellsOf(job, names) }))}
      />
    </section>
  );
}

function cellsOf({ id, memberId, failedAt, attempts }: FailedJob, names: Names) {
  return [
    <input key="box" type="checkbox" name="job" value={id} aria-label={`Choose ${id}`} />,
    <PersonLink key="person" id={memberId} names={names} none="several, or a whole team" />,
    <When key="at" at={failedAt} />,
    attempts,
    <a key="id" href={`/support/jobs/${encodeURIComponent(id)}`}>
      {id}
    </a>,
  ];
}
