import type { TeamRole } from '../../directory/role-matching.js';
import { Notice } from '../../http/components/notice.js';
import type { Refusal } from '../../http/refusal.js';
import type { Admin } from '../authorize.js';
import { SettingsFrame } from '../frame.js';
import type { People, RoleEffect } from './effects.js';
import { activeWith, holdersOf, PeopleList } from './people-list.js';
import { PermissionFields } from './permission-fields.js';
import type { Preview } from './roles.js';

type RenamePreview = { value: string; effect: RoleEffect };

/** A SCIM role: rename it, with a preview of who gains and loses it, or delete it. */
export function RolePage(props: {
  admin: Admin;
  role: TeamRole;
  holders: People;
  rename: RenamePreview | null;
  refusal?: Refusal;
}) {
  const { admin, role, holders, rename, refusal } = props;
  return (
    <SettingsFrame admin={admin} tab="roles" title={role.name}>
      <h1>
        <code>{role.name}</code>
      </h1>
      {refusal && (
        <Notice kind="bad" title="Nothing was changed">
          <p>{refusal.message}</p>
        </Notice>
      )}
      <section class="card" aria-labelledby="may">
        <h2 id="may">Permissions</h2>
        <form method="post" action={`/settings/scim/roles/${role.id}/permissions/preview`}>
          <PermissionFields permissions={role.permissions} />
          <button type="submit" class="secondary">
            Preview
          </button>
        </form>
      </section>
      <section class="card" aria-labelledby="holders">
        <h2 id="holders">Holders</h2>
        <PeopleList
          people={holders}
          all={holdersOf(role.id)}
          words={['holds this role.', 'hold this role.']}
          none="Nobody holds it now."
        />
        {holders.total > 0 && (
          <p>
            <a href={holdersOf(role.id)}>All holders, and where each has it from</a>
          </p>
        )}
      </section>
      <section class="card" aria-labelledby="rename">
        <h2 id="rename">Rename</h2>
        {rename === null ? <NewName role={role} /> : <ConfirmRename role={role} rename={rename} />}
      </section>
      <section class="card danger" aria-labelledby="delete">
        <h2 id="delete">Delete</h2>
        <a href={`/settings/scim/roles/${role.id}/delete`} class="button danger">
          Delete …
        </a>
      </section>
    </SettingsFrame>
  );
}

function NewName({ role }: { role: TeamRole }) {
  return (
    <form method="get" action={`/settings/scim/roles/${role.id}`}>
      <label for="value">The name that your identity provider sends</label>
      <div class="copy-row">
        <input
          id="value"
          name="value"
          required
          maxLength={500}
          value={role.name.slice('scim:'.length)}
          autocomplete="off"
        />
        <button type="submit" class="secondary">
          Preview
        </button>
      </div>
    </form>
  );
}

function ConfirmRename({ role, rename: { value, effect } }: { role: TeamRole; rename: RenamePreview }) {
  return (
    <form method="post" action={`/settings/scim/roles/${role.id}/rename`} data-once>
      <p>
        <code>{role.name}</code> becomes <code>scim:{value}</code>. Manual grants stay.
      </p>
      <PeopleList
        people={effect.gain}
        all={activeWith(value)}
        words={['gains it.', 'gain it.']}
        none="Nobody gains it now."
      />
      <PeopleList
        people={effect.lose}
        all={holdersOf(role.id, 'scim')}
        words={['loses it.', 'lose it.']}
        none="Nobody loses it."
      />
      <input type="hidden" name="value" value={value} />
      <input type="hidden" name="fingerprint" value={effect.fingerprint} />
      <p class="actions">
        <button type="submit">Rename the role</button>
        <a href={`/settings/scim/roles/${role.id}`} class="button secondary">
          Keep the name
        </a>
      </p>
    </form>
  );
}

/** Confirms a change of permissions: added ones, removed ones, and the holders. */
export function ConfirmPermissionsPage(props: {
  admin: Admin;
  preview: Preview;
  permissions: readonly string[];
  refusal?: Refusal;
}) {
  const { admin, preview, permissions, refusal } = props;
  const { role, effect, holders, permissionChange } = preview;
  const { added = [], removed = [] } = permissionChange ?? {};
  return (
    <SettingsFrame admin={admin} tab="roles" title={`Permissions of ${role.name}`}>
      <h1>
        Permissions of <code>{role.name}</code>
      </h1>
      {refusal && (
        <Notice kind="bad" title="Nothing was changed">
          <p>{refusal.message}</p>
        </Notice>
      )}
      <section class="card" aria-labelledby="change">
        <h2 id="change">What changes</h2>
        {added.length + removed.length === 0 && <p class="quiet">Nothing: these are its current permissions.</p>}
        {added.length > 0 && <p>Added: {added.join(', ')}.</p>}
        {removed.length > 0 && <p>Removed: {removed.join(', ')}.</p>}
        <PeopleList
          people={holders}
          all={holdersOf(role.id)}
          words={['holds it, and is affected at once.', 'hold it, and are affected at once.']}
          none="Nobody holds it now."
        />
        <form method="post" action={`/settings/scim/roles/${role.id}/permissions`} data-once>
          {permissions.map((one) => (
            <input key={one} type="hidden" name="permissions" value={one} />
          ))}
          <input type="hidden" name="fingerprint" value={effect.fingerprint} />
          <p class="actions">
            <button type="submit">Change the permissions</button>
            <a href={`/settings/scim/roles/${role.id}`} class="button secondary">
              Keep the permissions
            </a>
          </p>
        </form>
      </section>
    </SettingsFrame>
  );
}

/** Delete a role: who loses it. */
export function DeleteRolePage({ admin, preview, refusal }: { admin: Admin; preview: Preview; refusal?: Refusal }) {
  const { role, effect } = preview;
  return (
    <SettingsFrame admin={admin} tab="roles" title={`Delete ${role.name}`}>
      <h1>
        Delete <code>{role.name}</code>?
      </h1>
      {refusal && (
        <Notice kind="bad" title="Nothing was deleted">
          <p>{refusal.message}</p>
        </Notice>
      )}
      <section class="card danger" aria-labelledby="lose">
        <h2 id="lose">Who loses it</h2>
        <PeopleList
          people={effect.lose}
          all={holdersOf(role.id, 'scim')}
          words={['has it by SCIM and loses it.', 'have it by SCIM and lose it.']}
          none="Nobody has it by SCIM."
        />
        <PeopleList
          people={effect.loseManual}
          all={holdersOf(role.id, 'manual')}
          words={['was given it by hand and loses it.', 'were given it by hand and lose it.']}
          none="Nobody has it by hand."
        />
        {role.permissions.length > 0 && <p>They lose these permissions: {role.permissions.join(', ')}.</p>}
        <form method="post" action={`/settings/scim/roles/${role.id}/delete`} data-once>
          <input type="hidden" name="fingerprint" value={effect.fingerprint} />
          <p class="actions">
            <button type="submit" class="danger">
              Delete the role
            </button>
            <a href={`/settings/scim/roles/${role.id}`} class="button secondary">
              Keep the role
            </a>
          </p>
        </form>
      </section>
    </SettingsFrame>
  );
}
