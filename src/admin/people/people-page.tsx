import { PersonName } from '../../http/components/person-name.js';
import { When } from '../../http/components/times.js';
import { pluralize } from '../../text/pluralize.js';
import type { Admin } from '../authorize.js';
import { SettingsFrame } from '../frame.js';
import type { HeldRole, PeoplePage as Page, PeopleQuery, TeamPerson } from './people.js';

/** All people of the team, with status, IdP role values and roles. */
export function PeoplePage(props: {
  admin: Admin;
  page: Page;
  query: PeopleQuery;
  /** The name of the role in the query. */
  role: string | null;
  now: Date;
}) {
  const { admin, page, query, role, now } = props;
  return (
    <SettingsFrame admin={admin} tab="people" title="People">
      <h1>People</h1>
      <Filter query={query} />
      <section class="card" aria-label="People">
        <Summary total={page.total} query={query} roleName={role} />
        {page.people.length > 0 && <PeopleTable people={page.people} now={now} />}
        {(query.cursor !== undefined || page.nextCursor !== null) && (
          <nav class="actions" aria-label="Pages of people">
            {query.cursor !== undefined && <a href={addressOf(query, null)}>First page</a>}
            {page.nextCursor !== null && (
              <a href={addressOf(query, page.nextCursor)} rel="next">
                Next page
              </a>
            )}
          </nav>
        )}
      </section>
    </SettingsFrame>
  );
}

function addressOf({ q = '', status, role = '', source, value = '' }: PeopleQuery, cursor: string | null): string {
  const set = Object.entries({
    q,
    status: status ?? '',
    role,
    source: source ?? '',
    value,
    cursor: cursor ?? '',
  }).filter(([, text]) => text !== '');
  return `/settings/scim/people?${new URLSearchParams(set)}`;
}

function Filter({ query: { q = '', status, role, source, value } }: { query: PeopleQuery }) {
  return (
    <form method="get" action="/settings/scim/people" class="filter">
      <label>
        Person
        <input type="search" name="q" value={q} maxLength={200} placeholder="Name, e-mail or id" />
      </label>
      <label>
        Status
        <select name="status">
          {statuses.map(([name, label]) => (
            <option key={name} value={name} selected={(status ?? '') === name}>
              {label}
            </option>
          ))}
        </select>
      </label>
      {role !== undefined && <input type="hidden" name="role" value={role} />}
      {source !== undefined && <input type="hidden" name="source" value={source} />}
      {value !== undefined && <input type="hidden" name="value" value={value} />}
      <button type="submit" class="secondary">
        Search
      </button>
    </form>
  );
}

const statuses = [
  ['', 'All'],
  ['active', 'Active'],
  ['deactivated', 'Deactivated'],
] as const;

function Summary({ total, query, roleName }: { total: number; query: PeopleQuery; roleName: string | null }) {
  const { q, status, role, source, value } = query;
  const isFiltered = [q, status, role, source, value].some((one) => one !== undefined);
  if (total === 0 && !isFiltered) {
    return <p class="quiet">Nobody yet. People appear here seconds after your identity provider sends them.</p>;
  }
  return (
    <p class="quiet">
      {total === 0 ? 'Nobody matches.' : pluralize(total, 'person', 'people')}
      {value !== undefined && (
        <>
          {' '}
          with <code>{value}</code>
        </>
      )}
      {role !== undefined && (
        <>
          {' with the role '}
          <code>{roleName ?? 'that was deleted'}</code>
        </>
      )}
      {source !== undefined && (source === 'scim' ? ' by SCIM' : ' by hand')}
      {isFiltered && (
        <>
          {' · '}
          <a href="/settings/scim/people">Show all people</a>
        </>
      )}
    </p>
  );
}

function PeopleTable({ people, now }: { people: readonly TeamPerson[]; now: Date }) {
  return (
    <div class="table">
      <table class="named">
        <thead>
          <tr>
            <th scope="col">Person</th>
            <th scope="col" class="short">
              Status
            </th>
            <th scope="col">Sent by your identity provider</th>
            <th scope="col">Roles</th>
          </tr>
        </thead>
        <tbody>
          {people.map((person) => (
            <tr key={person.id}>
              <td data-label="Person">
                <PersonName {...person} href={`/settings/scim/people/${person.id}`} />
              </td>
              <td data-label="Status">
                <Status person={person} now={now} />
              </td>
              <td data-label="Sent">
                <Values person={person} />
              </td>
              <td data-label="Roles">
                <Roles person={person} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function Status({ person: { status, deactivatedAt }, now }: { person: TeamPerson; now: Date }) {
  if (status === 'active') return <span class="badge good">Active</span>;
  return (
    <div>
      <span class="badge">Deactivated</span>
      {deactivatedAt !== null && (
        <div class="quiet">
          <When at={deactivatedAt} now={now} />
        </div>
      )}
    </div>
  );
}

/** Names in one row. The person's own page has all. */
const shownMax = 5;

function Values({ person: { id, values, valuesTotal } }: { person: TeamPerson }) {
  const names = [...new Set(values.map(({ value }) => value))].slice(0, shownMax);
  if (names.length === 0) return <span class="quiet">nothing</span>;
  return <List names={names} more={valuesTotal - names.length} of={id} />;
}

function Roles({ person: { id, roles, rolesTotal } }: { person: TeamPerson }) {
  if (roles.length === 0) return <span class="quiet">none</span>;
  return (
    <List names={roles.slice(0, shownMax).map(roleText)} more={rolesTotal - Math.min(roles.length, shownMax)} of={id} />
  );
}

function roleText({ name, source }: HeldRole): string {
  return source === 'manual' ? `${name} (by hand)` : name;
}

function List({ names, more, of }: { names: readonly string[]; more: number; of: string }) {
  return (
    <ul class="plain">
      {names.map((name) => (
        <li key={name}>
          <bdi>{name}</bdi>
        </li>
      ))}
      {more > 0 && (
        <li>
          <a href={`/settings/scim/people/${of}`}>{more.toLocaleString('en')} more</a>
        </li>
      )}
    </ul>
  );
}
