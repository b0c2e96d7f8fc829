import { counted } from '../../counted.js';
import { Notice } from '../../pages/notice.js';
import { When } from '../../pages/times.js';
import type { Held } from '../held.js';
import { SupportFrame } from './frame.js';
import { ReasonField } from './reason-field.js';

/** Deactivations that wait for a person. */
export function HeldPage(props: { person: string; now: Date; holds: readonly Held[]; done: string | null }) {
  const { person, now, holds, done } = props;
  return (
    <SupportFrame person={person} tab="held" title="Held">
      <h1>Held deactivations</h1>
      {done !== null && <Notice kind="good" title={done} />}
      <p>
        A sweep missed more than ten users and more than a tenth of the team at once. Absence is weak evidence, so they
        were left active. Ask the customer, then decide.
      </p>
      {holds.length === 0 && <p class="quiet">Nothing is held.</p>}
      {holds.map((hold) => (
        <Hold key={hold.id} hold={hold} now={now} />
      ))}
    </SupportFrame>
  );
}

function Hold({ hold, now }: { hold: Held; now: Date }) {
  return (
    <section class="card" aria-label={`Hold ${hold.id}`}>
      <h2>{counted(hold.userIds.length, 'user')}</h2>
      <p>
        Team <code>{hold.teamId}</code>, since <When at={hold.since} now={now} />
      </p>
      <details>
        <summary>Who</summary>
        <ul>
          {hold.userIds.map((userId) => (
            <li key={userId}>
              <a href={`/support/why?who=${userId}`}>{userId}</a>
            </li>
          ))}
        </ul>
      </details>
      <form method="post" data-once>
        <ReasonField id={`reason-${hold.id}`} />
        <p class="actions">
          <button type="submit" formaction={`/support/held/${hold.id}/release`}>
            They left: deactivate them
          </button>
          <button type="submit" class="secondary" formaction={`/support/held/${hold.id}/discard`}>
            They are there: leave them
          </button>
        </p>
      </form>
    </section>
  );
}
