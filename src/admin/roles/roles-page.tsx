import { Pager } from '../../http/components/pager.js';
import { pluralize } from '../../text/pluralize.js';
import type { Admin } from '../authorize.js';
import { SettingsFrame } from '../frame.js';
import { holdersOf } from './people-list.js';
import { type HeldRole, type RolesOverview, type RolesQuery, rolesPerPage } from './rows.js';
import { SeenValues } from './seen-values.js';

/** Every name that the IdP sends, with its role or near miss, and all SCIM roles. */
export function RolesPage(props: { admin: Admin; overview: RolesOverview; query: RolesQuery; done?: unknown }) {
  const { admin, overview, query, done } = props;
  return (
    <SettingsFrame admin={admin} tab="roles" title="Roles" done={done}>
      <h1>Roles</h1>
      <p class="lead">
        A Scanner role whose name is <code>scim:</code> plus a name from your identity provider belongs to everybody who
        holds that name, and to nobody else by SCIM.
      </p>
      <Search overview={overview} search={query.q ?? ''} />
      <section class="card" aria-labelledby="seen">
        <h2 id="seen">Sent by your identity provider</h2>
        <SeenValues values={overview.values} search={query.q ?? ''} />
        <PagesOf list="values" overview={overview} query={query} />
        <Ignored overview={overview} query={query} />
      </section>
      <section class="card" aria-labelledby="scim-roles">
        <h2 id="scim-roles">SCIM roles in Scanner</h2>
        <ScimRoles roles={overview.scimRoles} search={query.q ?? ''} />
        <PagesOf list="roles" overview={overview} query={query} />
        <NewRoleForm />
      </section>
    </SettingsFrame>
  );
}

/** The way to the names that were ignored, and back. */
function Ignored({ overview: { ignoredTotal }, query }: { overview: RolesOverview; query: RolesQuery }) {
  if (query.ignored === true) {
    return (
      <p>
        <a href="/settings/scim/roles">Names that are not ignored</a>
      </p>
    );
  }
  if (ignoredTotal === 0) return null;
  return (
    <p>
      <a href="/settings/scim/roles?ignored=true">{pluralize(ignoredTotal, 'ignored name')}</a>
    </p>
  );
}

/** Shorter lists need no search. */
const searchableMin = 20;

function Search({ overview, search }: { overview: RolesOverview; search: string }) {
  const { valuesTotal, scimRolesTotal } = overview;
  if (search === '' && Math.max(valuesTotal, scimRolesTotal) <= searchableMin) return null;
  return (
    <form method="get" action="/settings/scim/roles" class="filter">
      <label>
        Name
        <input type="search" name="q" value={search} maxLength={200} />
      </label>
      <button type="submit" class="secondary">
        Search
      </button>
    </form>
  );
}

/** Each list has its own pages. The other list keeps its page. */
function PagesOf(props: { list: 'values' | 'roles'; overview: RolesOverview; query: RolesQuery }) {
  const { list, overview, query } = props;
  const isValues = list === 'values';
  const from = Number((isValues ? query.valuesCursor : query.rolesCursor) ?? 0);
  const to = (cursor: string | null) => {
    const { q = '', ignored = '', valuesCursor = '', rolesCursor = '' } = query;
    const all = {
      q,
      ignored: String(ignored),
      valuesCursor,
      rolesCursor,
      [isValues ? 'valuesCursor' : 'rolesCursor']: cursor ?? '',
    };
    return cursor === null
      ? null
      : `/settings/scim/roles?${new URLSearchParams(all)}#${isValues ? 'seen' : 'scim-roles'}`;
  };
  return (
    <Pager
      what={isValues ? 'names' : 'roles'}
      from={from}
      shown={isValues ? overview.values.length : overview.scimRoles.length}
      total={isValues ? overview.valuesTotal : overview.scimRolesTotal}
      previous={to(from === 0 ? null : String(Math.max(0, from - rolesPerPage)))}
      next={to(isValues ? overview.nextValuesCursor : overview.nextScimRolesCursor)}
    />
  );
}

/** The role's own page shows all. */
const permissionsShown = 5;

function ScimRoles({ roles, search }: { roles: readonly HeldRole[]; search: string }) {
  if (roles.length === 0)
    return <p class="quiet">{search === '' ? 'None so far.' : `No role contains “${search}”.`}</p>;
  return (
    <div class="table">
      <table class="named">
        <thead>
          <tr>
            <th scope="col">Role</th>
            <th scope="col">Permissions</th>
            <th scope="col" class="short">
              By SCIM
            </th>
            <th scope="col" class="short">
              By hand
            </th>
          </tr>
        </thead>
        <tbody>
          {roles.map(({ id, name, permissions, scimGrants, manualGrants }) => (
            <tr key={id}>
              <td data-label="Role">
                <a href={`/settings/scim/roles/${id}`}>
                  <code>{name}</code>
                </a>
              </td>
              <td data-label="Permissions">
                <Permissions permissions={permissions} />
              </td>
              <td data-label="By SCIM">
                <a href={holdersOf(id, 'scim')}>{scimGrants.toLocaleString('en')}</a>
              </td>
              <td data-label="By hand">
                <a href={holdersOf(id, 'manual')}>{manualGrants.toLocaleString('en')}</a>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Permissions({ permissions }: { permissions: readonly string[] }) {
  if (permissions.length === 0) return <span class="quiet">none</span>;
  const more = permissions.length - permissionsShown;
  return (
    <>
      {permissions.slice(0, permissionsShown).join(', ')}
      {more > 0 && <span class="quiet"> and {more} more</span>}
    </>
  );
}

/** For a name that the IdP has not sent yet. */
function NewRoleForm() {
  return (
    <form method="get" action="/settings/scim/roles/new">
      <label for="new-value">A name that your identity provider will send</label>
      <div class="copy-row">
        <input id="new-value" name="value" required maxLength={500} placeholder="scanner_analyst" autocomplete="off" />
        <button type="submit" class="secondary">
          Create its role …
        </button>
      </div>
    </form>
  );
}
