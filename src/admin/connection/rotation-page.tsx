import { CopyField } from '../../http/components/copy-field.js';
import { Notice } from '../../http/components/notice.js';
import type { Admin } from '../authorize.js';
import { SettingsFrame } from '../frame.js';
import { spokenName } from './providers.js';
import type { ConnectionView } from './view.js';

/**
 * The only page that shows the new token of a rotation, right after it was made. `data-shown-at`: the page's script takes that
 * address, so Reload and Back ask for a page instead of sending the form again.
 */
export function RotationPage({
  admin,
  connection,
  token,
}: {
  admin: Admin;
  connection: ConnectionView;
  token: string;
}) {
  const provider = spokenName(connection.identityProvider);
  return (
    <SettingsFrame admin={admin} tab="connection" title="New token">
      <h1>New token for {connection.displayName}</h1>
      <section class="card" aria-labelledby="values" data-shown-at="/settings/scim/connection#token-card">
        <h2 id="values">1. Copy it to {provider}</h2>
        <Notice kind="warning" title="The token is shown this once">
          <p>The old token works until you complete the rotation.</p>
        </Notice>
        <CopyField id="token" label="New bearer token" value={token} />
        <p>
          Paste it in {provider} where the old one is, and save. If the connection test there refuses the new token,
          complete the rotation first and test again.
        </p>
        {/* Continues only when the box is ticked. The browser enforces it, without a script. */}
        <form method="get" action="/settings/scim/connection" data-guard>
          <label>
            <input type="checkbox" required data-copied /> I have saved the new token in {provider}
          </label>
          <p class="actions">
            <button type="submit">Continue</button>
          </p>
        </form>
      </section>
    </SettingsFrame>
  );
}
