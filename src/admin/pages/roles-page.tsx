import type { Admin } from '../admit.js';
import type { Miss, NearMiss } from '../role-matching.js';
import { isScimRole } from '../role-matching.js';
import type { HeldRole, RolesOverview, SeenValue } from '../role-rows.js';
import { SettingsFrame } from './frame.js';

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
        <Values values={overview.values} search={search} />
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

function Values({ values, search }: { values: readonly SeenValue[]; search: string }) {
  if (values.length === 0) {
    return (
      <p class="quiet">
        {search === ''
          ? 'None so far. Push a group, or send the attribute that carries roles; the instructions are under Connection.'
          : `No name contains “${search}”.`}
      </p>
    );
  }
  return (
    <div class="table">
      <table>
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Sent as</th>
            <th scope="col">People</th>
            <th scope="col">Scanner role</th>
          </tr>
        </thead>
        <tbody>
          {values.map((seen) => (
            <tr key={seen.value}>
              <td data-label="Name">
                <code>{seen.value}</code>
              </td>
              <td data-label="Sent as">{seen.via.map((via) => viaWords[via]).join(', ')}</td>
              <td data-label="People">{seen.holders.toLocaleString('en')}</td>
              <td data-label="Scanner role">
                <Given seen={seen} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const viaWords = { roles: 'role', groups: 'group', stytch_role: 'Stytch role' };

function Given({ seen: { value, role, nearMiss } }: { seen: SeenValue }) {
  if (role !== null) {
    return (
      <a href={`/settings/scim/roles/${role.id}`}>
        <code>{role.name}</code>
      </a>
    );
  }
  const create = `/settings/scim/roles/new?${new URLSearchParams({ value })}`;
  return (
    <div>
      {nearMiss !== null && <Near value={value} nearMiss={nearMiss} />}
      <a href={create} class="button small secondary">
        Create <code>scim:{value}</code>
      </a>
    </div>
  );
}

/** Grants nothing until it is put right: by a new name if it is a SCIM role, else by a SCIM role that may do the same. */
function Near({ value, nearMiss: { role, because } }: { value: string; nearMiss: NearMiss }) {
  const query = new URLSearchParams({ value });
  return (
    <p class="near">
      <span class="badge warning">Near miss</span> <code>{role.name}</code>{' '}
      {because.map((miss) => missWords[miss]).join(', ')}, so it gives nothing.{' '}
      {isScimRole(role.name) ? (
        <a href={`/settings/scim/roles/${role.id}?${query}`}>
          Rename it to <code>scim:{value}</code>
        </a>
      ) : (
        <a href={`/settings/scim/roles/new?${new URLSearchParams({ value, like: role.id })}`}>
          Create <code>scim:{value}</code> with the same permissions
        </a>
      )}
    </p>
  );
}

const missWords: Record<Miss, string> = {
  prefix: 'lacks the prefix',
  case: 'differs in upper and lower case',
  spaces: 'differs in spaces',
  punctuation: 'differs in punctuation',
};

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
