import { Pager } from '../../http/components/pager.js';
import { Table } from '../../http/components/table.js';
import type { Admin } from '../authorize.js';
import { SettingsFrame } from '../frame.js';
import { type HeldRole, type RolesOverview, rolesPerPage } from './rows.js';

type Props = { admin: Admin; value: string; overview: RolesOverview; search: string; from: number };

/** Which existing role a name should grant. A role is granted by its exact name, so the role is renamed or copied. */
export function ChooseRolePage({ admin, value, overview, search, from }: Props) {
  const { scimRoles, scimRolesTotal, nextScimRolesCursor } = overview;
  const addressAt = (cursor: string) =>
    `/settings/scim/roles/choose?${new URLSearchParams({ value, q: search, rolesCursor: cursor })}`;
  return (
    <SettingsFrame admin={admin} tab="roles" title={`A role for ${value}`}>
      <h1>
        A role for <code>{value}</code>
      </h1>
      <p class="lead">
        A role belongs to everybody who has exactly its name. So an existing role is either renamed, which takes it from
        the holders of its old name, or copied. You see who gains and who loses it before anything changes.
      </p>
      <form method="get" action="/settings/scim/roles/choose" class="filter">
        <input type="hidden" name="value" value={value} />
        <label>
          Role
          <input type="search" name="q" value={search} maxLength={200} />
        </label>
        <button type="submit" class="secondary">
          Search
        </button>
      </form>
      <section class="card" aria-label="Roles">
        {scimRoles.length === 0 ? (
          <p class="quiet">No role matches.</p>
        ) : (
          <Table
            class="named"
            head={['Role', 'Holders by SCIM', 'Choose']}
            rows={scimRoles.map((role) => rowOf(role, value))}
          />
        )}
        <Pager
          what="roles"
          from={from}
          shown={scimRoles.length}
          total={scimRolesTotal}
          previous={from === 0 ? null : addressAt(String(Math.max(0, from - rolesPerPage)))}
          next={nextScimRolesCursor === null ? null : addressAt(nextScimRolesCursor)}
        />
        <p class="actions">
          <a href={`/settings/scim/roles/new?${new URLSearchParams({ value })}`} class="button secondary">
            Create a new role instead
          </a>
          <a href="/settings/scim/roles" class="button secondary">
            Cancel
          </a>
        </p>
      </section>
    </SettingsFrame>
  );
}

function rowOf({ id, name, scimGrants }: HeldRole, value: string) {
  const cells = [
    <code key="name">{name}</code>,
    <a key="holders" href={`/settings/scim/people?${new URLSearchParams({ role: id, source: 'scim' })}`}>
      {scimGrants.toLocaleString('en')}
    </a>,
    <span key="choose">
      <a href={`/settings/scim/roles/${id}?${new URLSearchParams({ value })}`}>
        Rename it<span class="sr"> ({name})</span>
      </a>
      {' or '}
      <a href={`/settings/scim/roles/new?${new URLSearchParams({ value, like: id })}`}>
        copy its permissions<span class="sr"> ({name})</span>
      </a>
    </span>,
  ];
  return { key: id, cells };
}
