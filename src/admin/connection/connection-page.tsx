import { CopyField } from '../../http/components/copy-field.js';
import { Notice } from '../../http/components/notice.js';
import { When } from '../../http/components/times.js';
import { timeText } from '../../text/time.js';
import type { Admin } from '../authorize.js';
import { SettingsFrame } from '../frame.js';
import { ExpiryNotice } from './expiry.js';
import { partIds } from './guides/guide.js';
import { guideFor, spokenName } from './providers.js';
import type { ConnectionView } from './view.js';

/** The connection: its facts, name, token and instructions, and how to delete it. */
export function ConnectionPage(props: { admin: Admin; connection: ConnectionView; now: Date; done?: unknown }) {
  const { admin, connection, now, done } = props;
  return (
    <SettingsFrame admin={admin} tab="connection" title={connection.displayName} done={done}>
      <h1>{connection.displayName}</h1>
      <ExpiryNotice connection={connection} />
      <Facts connection={connection} now={now} />
      <TokenCard connection={connection} />
      <SetupCard connection={connection} />
      <section class="card danger" aria-labelledby="end">
        <h2 id="end">Delete the connection</h2>
        <p>To change the identity provider, delete this connection and create another.</p>
        <a href="/settings/scim/connection/delete" class="button danger">
          Delete …
        </a>
      </section>
    </SettingsFrame>
  );
}

function Facts({ connection, now }: { connection: ConnectionView; now: Date }) {
  const { displayName, identityProviderName, baseUrl, createdAt, createdBy } = connection;
  return (
    <section class="card" aria-labelledby="facts">
      <h2 id="facts">Connection</h2>
      <dl class="facts">
        <div>
          <dt>Identity provider</dt>
          <dd>{identityProviderName}</dd>
        </div>
        <div>
          <dt>Created</dt>
          <dd>
            <When at={createdAt} now={now} />
            {createdBy === null && ' outside of this page, by Scanner support'}
          </dd>
        </div>
      </dl>
      <CopyField id="base-url" label="Base URL" value={baseUrl} />
      <form method="post" action="/settings/scim/connection/rename" data-once>
        <label for="name">Name</label>
        <div class="copy-row">
          <input id="name" name="displayName" required maxLength={100} value={displayName} autocomplete="off" />
          <button type="submit" class="secondary">
            Rename
          </button>
        </div>
      </form>
    </section>
  );
}

/** The instructions are the steps of the set-up. They stay readable after it. */
function SetupCard({ connection: { identityProvider } }: { connection: ConnectionView }) {
  const { parts } = guideFor(identityProvider);
  return (
    <section class="card" aria-labelledby="guide">
      <h2 id="guide">Set up {spokenName(identityProvider)}</h2>
      <ol>
        {partIds.map((id) => (
          <li key={id}>
            <a href={`/settings/scim/setup/${id}`}>{parts[id].title}</a>
          </li>
        ))}
      </ol>
      <p>
        <a href="/settings/scim/setup" class="button secondary">
          Continue the set-up
        </a>
      </p>
    </section>
  );
}

function TokenCard({ connection }: { connection: ConnectionView }) {
  const { bearerTokenLastFour, bearerTokenExpiresAt, rotation } = connection;
  return (
    <section class="card" aria-labelledby="token-card">
      <h2 id="token-card">Bearer token</h2>
      <p>
        Ends in <code>{bearerTokenLastFour}</code>
        {bearerTokenExpiresAt === null ? '.' : `, valid until ${timeText(bearerTokenExpiresAt).slice(0, 10)}.`}
      </p>
      {rotation === null ? (
        <form method="post" action="/settings/scim/connection/rotation" data-once>
          <p>
            Is the token lost, or has it leaked? Rotate it: you get a new one, and the old one works until you are done.
          </p>
          <button type="submit" class="secondary">
            Rotate the token
          </button>
        </form>
      ) : (
        <Rotating connection={connection} lastFour={rotation.nextBearerTokenLastFour} />
      )}
    </section>
  );
}

function Rotating({ connection, lastFour }: { connection: ConnectionView; lastFour: string }) {
  const provider = spokenName(connection.identityProvider);
  return (
    <>
      <Notice kind="info" title="A new token is waiting">
        <p>
          It ends in <code>{lastFour}</code>. Save it in {provider}, then complete the rotation. The old token then
          stops working. If the new token is lost, cancel and start again.
        </p>
      </Notice>
      <form method="post" action="/settings/scim/connection/rotation/complete" data-once>
        <input type="hidden" name="nextBearerTokenLastFour" value={lastFour} />
        <label>
          <input type="checkbox" required /> The token that ends in {lastFour} is saved in {provider}
        </label>
        <p class="actions">
          <button type="submit">Complete the rotation</button>
          <button type="submit" class="secondary" form="cancel-rotation">
            Cancel the rotation
          </button>
        </p>
      </form>
      <form id="cancel-rotation" method="post" action="/settings/scim/connection/rotation/cancel" data-once />
    </>
  );
}
