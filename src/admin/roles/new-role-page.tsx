import { Notice } from '../../http/components/notice.js';
import type { Refusal } from '../../http/refusal.js';
import type { Admin } from '../authorize.js';
import { SettingsFrame } from '../frame.js';
import type { RoleEffect } from './effects.js';
import { activeWith, PeopleList } from './people-list.js';
import { PermissionFields } from './permission-fields.js';

/** Create `scim:…`: who gains it, and its permissions. */
export function NewRolePage(props: {
  admin: Admin;
  value: string;
  effect: RoleEffect;
  permissions: readonly string[];
  /** A similar name that the identity provider sends, which was probably meant. */
  meant?: string | null;
  refusal?: Refusal;
}) {
  const { admin, value, effect, permissions, meant = null, refusal } = props;
  return (
    <SettingsFrame admin={admin} tab="roles" title={`Create scim:${value}`}>
      <h1>
        Create <code>scim:{value}</code>
      </h1>
      {refusal && (
        <Notice kind="bad" title="Nothing was created">
          <p>{refusal.message}</p>
        </Notice>
      )}
      {meant !== null && (
        <Notice kind="warning" title="Your identity provider sends another name">
          <p>
            It sends <code>{meant}</code>, and nobody has <code>{value}</code>. A role must have exactly the name that
            it sends.{' '}
            <a href={`/settings/scim/roles/new?${new URLSearchParams({ value: meant })}`}>
              Create <code>scim:{meant}</code> instead
            </a>
          </p>
        </Notice>
      )}
      <form method="post" action="/settings/scim/roles" data-once>
        <input type="hidden" name="value" value={value} />
        <input type="hidden" name="fingerprint" value={effect.fingerprint} />
        <section class="card" aria-labelledby="gain">
          <h2 id="gain">Who gains it</h2>
          <PeopleList
            people={effect.gain}
            all={activeWith(value)}
            words={[
              'gains it within a minute. Everybody who gets the name later gains it too.',
              'gain it within a minute. Everybody who gets the name later gains it too.',
            ]}
            none="Nobody holds this name now. Everybody who gets it later gains the role."
          />
        </section>
        <section class="card" aria-labelledby="permissions">
          <h2 id="permissions">What they may do</h2>
          <PermissionFields permissions={permissions} />
        </section>
        <p class="actions">
          <button type="submit">Create the role</button>
          <a href="/settings/scim/roles" class="button secondary">
            Cancel
          </a>
        </p>
      </form>
    </SettingsFrame>
  );
}
