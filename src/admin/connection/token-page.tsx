import { CopyField } from '../../http/components/copy-field.js';
import { Notice } from '../../http/components/notice.js';
import type { Admin } from '../authorize.js';
import { SettingsFrame } from '../frame.js';
import { GuideSections } from './guide.js';
import type { ConnectionView } from './view.js';

type Shown = { admin: Admin; connection: ConnectionView; token: string };

/** The only page that shows the bearer token, right after it was made. */
export function CreatedPage({ admin, connection, token }: Shown) {
  return (
    <SettingsFrame admin={admin} tab="connection" title="Connection created">
      <h1>{connection.displayName} is created</h1>
      <section class="card" aria-labelledby="values">
        <h2 id="values">Copy these to {connection.identityProviderName}</h2>
        <Notice kind="warning" title="The token is shown this once">
          <p>Scanner keeps no copy. If it is lost, rotate the token to get a new one.</p>
        </Notice>
        <CopyField id="base-url" label="Base URL" value={connection.baseUrl} />
        <CopyField id="token" label="Bearer token" value={token} />
        <Copied words="I have copied the base URL and the token" next="/settings/scim" button="Continue" />
      </section>
      <GuideSections guide={connection.instructions} provider={connection.identityProviderName} />
    </SettingsFrame>
  );
}

/** The same for the new token of a rotation. */
export function RotationPage({ admin, connection, token }: Shown) {
  const provider = connection.identityProviderName;
  return (
    <SettingsFrame admin={admin} tab="connection" title="New token">
      <h1>New token for {connection.displayName}</h1>
      <section class="card" aria-labelledby="values">
        <h2 id="values">1. Copy it to {provider}</h2>
        <Notice kind="warning" title="The token is shown this once">
          <p>The old token works until you complete the rotation.</p>
        </Notice>
        <CopyField id="token" label="New bearer token" value={token} />
        <p>
          Paste it in {provider} where the old one is, and save. If the connection test there refuses the new token,
          complete the rotation first and test again.
        </p>
        <Copied
          words={`I have saved the new token in ${provider}`}
          next="/settings/scim/connection"
          button="Continue"
        />
      </section>
    </SettingsFrame>
  );
}

/** A form that continues only when the box is ticked. The browser enforces it, without a script. */
function Copied({ words, next, button }: { words: string; next: string; button: string }) {
  return (
    <form method="get" action={next} data-guard>
      <label>
        <input type="checkbox" required data-copied /> {words}
      </label>
      <p class="actions">
        <button type="submit">{button}</button>
      </p>
    </form>
  );
}
