import { When } from '../../http/components/times.js';
import type { Heard } from './heard.js';

/** Whether anything has arrived through the connection, and what came first. */
export function HeardCard({ heard, now }: { heard: Heard; now: Date }) {
  const { provider, lastAt, firstPerson, firstValue } = heard;
  if (lastAt === null) {
    return (
      <section class="card" aria-labelledby="heard">
        <h2 id="heard">
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
    <section class="card" aria-labelledby="heard">
      <h2 id="heard">
        <span class="badge good">Connected</span>
      </h2>
      <p>
        Last heard from {provider} <When at={lastAt} now={now} />.
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
