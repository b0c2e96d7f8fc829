import type { Admin } from '../authorize.js';
import { SettingsFrame } from '../frame.js';
import { type ActivityQuery, outcomesShown, type ActivityPage as Page } from './activity.js';
import { ActivityTable, outcomeWords } from './activity-table.js';
import type { ProviderAt } from './reason-words.js';

/** The activity log: who changed, what, why, when, and the lag. */
export function ActivityPage(props: { admin: Admin; page: Page; query: ActivityQuery; providerAt: ProviderAt }) {
  const { admin, page, query, providerAt } = props;
  return (
    <SettingsFrame admin={admin} tab="activity" title="Activity">
      <h1>Activity</h1>
      <Filter query={query} />
      <section class="card" aria-label="Events">
        {page.events.length === 0 ? (
          <Nothing query={query} />
        ) : (
          <ActivityTable events={page.events} providerAt={providerAt} />
        )}
        {(query.cursor !== undefined || page.nextCursor !== null) && (
          <nav class="actions" aria-label="Pages of activity">
            {query.cursor !== undefined && <a href={addressOf(query, '')}>Newest</a>}
            {page.nextCursor !== null && (
              <a href={addressOf(query, page.nextCursor)} rel="next">
                Older
              </a>
            )}
          </nav>
        )}
      </section>
    </SettingsFrame>
  );
}

function addressOf(query: ActivityQuery, cursor: string, page = 'activity'): string {
  const { person = '', outcome = '', hours = '' } = query;
  const parameters = { person, outcome, hours: String(hours), ...(cursor === '' ? {} : { cursor }) };
  return `/settings/scim/${page}?${new URLSearchParams(parameters)}`;
}

const spans = [
  ['', 'Any time'],
  ['1', 'Last hour'],
  ['24', 'Last 24 hours'],
  ['168', 'Last 7 days'],
] as const;

function Filter({ query }: { query: ActivityQuery }) {
  const { person = '', outcome = '', hours = '' } = query;
  const outcomes = outcomesShown.map((one) => [one, outcomeWords[one] ?? one] as const);
  const isListed = spans.some(([value]) => value === String(hours));
  const own = isListed ? [] : ([[String(hours), `Last ${hours} hours`]] as const);
  return (
    <form method="get" action="/settings/scim/activity" class="filter">
      <label>
        Person
        <input type="search" name="person" value={person} maxLength={200} placeholder="Name or e-mail" />
      </label>
      <Choice label="Outcome" name="outcome" options={[['', 'All'], ...outcomes]} value={outcome} />
      <Choice label="Time" name="hours" options={[...spans, ...own]} value={String(hours)} />
      <button type="submit" class="secondary">
        Search
      </button>
      <a href={addressOf(query, '', 'activity.csv')} class="button secondary" download>
        Export CSV
      </a>
    </form>
  );
}

type Options = readonly (readonly [value: string, label: string])[];

function Choice(props: { label: string; name: string; options: Options; value: string }) {
  return (
    <label>
      {props.label}
      <select name={props.name}>
        {props.options.map(([value, label]) => (
          <option key={value} value={value} selected={value === props.value}>
            {label}
          </option>
        ))}
      </select>
    </label>
  );
}

function Nothing({ query: { person, outcome, hours } }: { query: ActivityQuery }) {
  const isFiltered = [person, outcome, hours].some((one) => one !== undefined);
  return (
    <p class="quiet">
      {isFiltered
        ? 'Nothing matches. Try “All”, a longer time, or another name.'
        : 'Nothing has happened yet. Changes in your identity provider appear here within seconds.'}
    </p>
  );
}
