import type { Admin } from '../authorize.js';
import { SettingsFrame } from '../frame.js';
import { outcomesShown, type ActivityPage as Page } from './activity.js';
import { ActivityTable, outcomeWords } from './activity-table.js';

export type ActivityFilter = { person: string; outcome: string; cursor: string };

/** The activity log: who changed, what, why, when, and the lag. */
export function ActivityPage({ admin, page, filter }: { admin: Admin; page: Page; filter: ActivityFilter }) {
  const query = new URLSearchParams({ person: filter.person, outcome: filter.outcome });
  const older = new URLSearchParams({ ...Object.fromEntries(query), cursor: page.nextCursor ?? '' });
  return (
    <SettingsFrame admin={admin} tab="activity" title="Activity">
      <h1>Activity</h1>
      <Filter filter={filter} csv={`/settings/scim/activity.csv?${query}`} />
      <section class="card" aria-label="Events">
        {page.events.length === 0 ? <Nothing filter={filter} /> : <ActivityTable events={page.events} />}
        {(filter.cursor !== '' || page.nextCursor !== null) && (
          <p class="actions">
            {filter.cursor !== '' && <a href={`/settings/scim/activity?${query}`}>Newest</a>}
            {page.nextCursor !== null && (
              <a href={`/settings/scim/activity?${older}`} rel="next">
                Older
              </a>
            )}
          </p>
        )}
      </section>
    </SettingsFrame>
  );
}

function Filter({ filter, csv }: { filter: ActivityFilter; csv: string }) {
  return (
    <form method="get" action="/settings/scim/activity" class="filter">
      <label>
        Person
        <input type="search" name="person" value={filter.person} maxLength={200} placeholder="Name or e-mail" />
      </label>
      <label>
        Outcome
        <select name="outcome">
          <option value="" selected={filter.outcome === ''}>
            All
          </option>
          {outcomesShown.map((outcome) => (
            <option key={outcome} value={outcome} selected={filter.outcome === outcome}>
              {outcomeWords[outcome]}
            </option>
          ))}
        </select>
      </label>
      <button type="submit" class="secondary">
        Search
      </button>
      <a href={csv} class="button secondary" download>
        Export CSV
      </a>
    </form>
  );
}

function Nothing({ filter }: { filter: ActivityFilter }) {
  const isFiltered = filter.person !== '' || filter.outcome !== '';
  return (
    <p class="quiet">
      {isFiltered
        ? 'Nothing matches. Try “All”, or another name.'
        : 'Nothing has happened yet. Changes in your identity provider appear here within seconds.'}
    </p>
  );
}
