import { When } from '../../http/components/times.js';
import type { IdpStatus } from './idp-status.js';

/** Whether the identity provider has sent anything, and what came first. */
export function IdpStatusCard({ idp, now }: { idp: IdpStatus; now: Date }) {
  const { provider, lastAt, firstPerson, firstValue } = idp;
  if (lastAt === null) {
    return (
      <section class="card" aria-labelledby="idp">
        <h2 id="idp">
          <span class="badge warning">Waiting for {provider}</span>
        </h2>
        <p>
          Nothing has arrived since this connection was created. Enter the base URL and the token there, then assign one
          person. This page shows it within seconds.
        </p>
      </section>
    );
  }
  return (
    <section class="card" aria-labelledby="idp">
      <h2 id="idp">
        <span class="badge good">Connected</span>
      </h2>
      <p>
        Last event from {provider}: <When at={lastAt} now={now} />.
        {firstPerson !== null && <> First person: {firstPerson}.</>}
        {firstValue !== null && (
          <>
            {' '}
            First role or group: <code>{firstValue}</code>.
          </>
        )}
      </p>
    </section>
  );
}
