import { When } from '../../http/components/times.js';
import type { IdpStatus } from './idp-status.js';

/** What the identity provider has sent since this connection was created. It is “Connected” only when something was heard. */
export function IdpStatusCard({ idp, now }: { idp: IdpStatus; now: Date }) {
  const { provider, lastAt, firstPerson, firstValue } = idp;
  return (
    <section class="card" aria-labelledby="idp">
      <h2 id="idp">
        {lastAt === null ? (
          <span class="badge warning waiting">Waiting for {provider} …</span>
        ) : (
          <span class="badge good">Connected</span>
        )}
      </h2>
      <dl class="facts">
        <div>
          <dt>Last request heard</dt>
          <dd>{lastAt === null ? 'none yet' : <When at={lastAt} now={now} />}</dd>
        </div>
        <div>
          <dt>First person</dt>
          <dd>{firstPerson ?? 'nobody yet'}</dd>
        </div>
        <div>
          <dt>First group or role</dt>
          <dd>{firstValue === null ? 'none yet' : <code>{firstValue}</code>}</dd>
        </div>
      </dl>
      {lastAt === null && (
        <p class="quiet">
          Nothing has arrived since this connection was created. Scanner hears of changes to people and groups, so a
          connection test in {provider} does not show here, but the first person whom you assign does, within seconds
          after {provider} has sent it.
        </p>
      )}
    </section>
  );
}
