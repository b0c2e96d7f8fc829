import type { Refusal } from '../../http/refusal.js';
import type { Admin } from '../authorize.js';
import { SettingsFrame } from '../frame.js';

/** The connection was created, but the answer with its token was lost on the way. */
export function TokenLostPage({ admin, refusal }: { admin: Admin; refusal: Refusal }) {
  return (
    <SettingsFrame admin={admin} tab="connection" title="Created, but the token is lost">
      <section class="empty">
        <h1>Created, but the token is lost</h1>
        <p>{refusal.message}</p>
        <form method="post" action="/settings/scim/setup/token" data-once>
          <p class="actions">
            <button type="submit">Get a new token</button>
            <a href="/settings/scim/connection" class="button secondary">
              Go to the connection
            </a>
          </p>
        </form>
      </section>
    </SettingsFrame>
  );
}
