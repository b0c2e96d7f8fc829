import type { Admin } from '../admit.js';
import type { HeldRole, RolesOverview } from '../role-rows.js';
import { SettingsFrame } from './frame.js';
import { SeenValues } from './seen-values.js';

/** Every name that the IdP sends, the role it gives or the near miss, and the roles of SCIM. */
export function RolesPage(props: { admin: Admin; overview: RolesOverview; search: string; done?: unknown }) {
  const { admin, overview, search, done } = props;
  return (
    <SettingsFrame admin={admin} tab="roles" title="Roles" done={done}>
      <h1>Roles</h1>
      <p class="lead">
        A Scanner role named <code>scim:</code> and a name that your identity provider sends is given to everybody who
        holds that name, and taken away with it.
      </p>
      <section class="card" aria-labelledby="seen">
        <h2 id="seen">Sent by your identity provider</h2>
        <Search overview={overview} search={search} />
        <SeenValues values={overview.values} search={search} />
      </section>
      <section class="card" aria-labelledby="scim-roles">
        <h2 id="scim-roles">SCIM roles in Scanner</h2>
        <ScimRoles roles={overview.scimRoles} />
        <NewRoleForm />
      </section>
    </SettingsFrame>
  );
}

function Search({ overview, search }: { overview: RolesOverview; search: string }) {
  const { values, valuesTotal } = overview;
  if (search === '' && valuesTotal <= 20) return null;
  return (
    <form method="get" action="/settings/scim/roles" class="filter">
      <label>
        Name
        <input type="search" name="q" value={search} maxLength={200} />
      </label>
      <button type="submit" class="secondary">
        Search
      </button>
      <span class="quiet">
        {values.length === valuesTotal ? `${valuesTotal} names` : `${values.length} of ${valuesTotal} names`}
      </span>
    </form>
  );
}

function ScimRoles({ roles }: { roles: readonly HeldRole[] }) {
  if (roles.length === 0) return <p class="quiet">None so far.</p>;
  return (
    <div class="table">
      <table>
        <thead>
          <tr>
            <th scope="col">Role</th>
            <th scope="col">Permissions</th>
            <th scope="col">By SCIM</th>
            <th scope="col">By hand</th>
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
                {permissions.length === 0 ? <span class="quiet">none</span> : permissions.join(', ')}
              </td>
              <td data-label="By SCIM">{scimGrants.toLocaleString('en')}</td>
              <td data-label="By hand">{manualGrants.toLocaleString('en')}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** For a name that nobody has been seen with yet. */
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
