import type { Refusal } from '../../http/refusal.js';
import type { Admin } from '../authorize.js';
import { SettingsFrame } from '../frame.js';

/** Create failed because there is already a connection: after a second click, or because the answer was lost. */
export function ExistsPage({ admin, refusal }: { admin: Admin; refusal: Refusal }) {
  const isLost = refusal.code === 'token_lost';
  return (
    <SettingsFrame admin={admin} tab="connection" title="There is already a connection">
      <section class="empty">
        <h1>{isLost ? 'Connected, but the token is lost' : 'There is already a connection'}</h1>
        <p>{refusal.message}</p>
        <form method="post" action="/settings/scim/connection/rotation" data-once>
          <p class="actions">
            <button type="submit">Rotate the token</button>
            <a href="/settings/scim/connection" class="button secondary">
              Go to the connection
            </a>
          </p>
        </form>
      </section>
    </SettingsFrame>
  );
}
