import { Notice } from '../../http/components/notice.js';
import type { Refusal } from '../../http/refusal.js';
import type { Admin } from '../authorize.js';
import { SettingsFrame } from '../frame.js';
import { providerIds, providers } from './providers.js';

/** Create: choose the identity provider and name the connection. After an error the form keeps its values. */
export function NewConnectionPage(props: {
  admin: Admin;
  typed?: { identityProvider?: unknown; displayName?: unknown };
  refusal?: Refusal;
}) {
  const { admin, typed = {}, refusal } = props;
  return (
    <SettingsFrame admin={admin} tab="connection" title="Create a SCIM connection">
      <h1>Create a SCIM connection</h1>
      <p class="lead">Your identity provider then decides who belongs to {admin.team.name}, and with which roles.</p>
      {refusal && (
        <Notice kind="bad" title="Nothing was created">
          <p>{refusal.message}</p>
        </Notice>
      )}
      <form method="post" action="/settings/scim/connection" class="card" data-once>
        <fieldset>
          <legend>Select your identity provider</legend>
          <div class="choices">
            {providerIds.map((id) => (
              <label key={id} class="choice">
                <input
                  type="radio"
                  name="identityProvider"
                  value={id}
                  checked={typed.identityProvider === id}
                  required
                />
                {providers[id].name}
              </label>
            ))}
          </div>
        </fieldset>
        <label>
          Name of the connection
          <input
            name="displayName"
            required
            maxLength={100}
            autocomplete="off"
            placeholder="Acme Okta"
            value={typeof typed.displayName === 'string' ? typed.displayName : ''}
          />
        </label>
        <p class="actions">
          <button type="submit">Create</button>
          <a href="/settings/scim" class="button secondary">
            Cancel
          </a>
        </p>
      </form>
    </SettingsFrame>
  );
}
