import type { ComponentChildren } from 'preact';
import { Notice } from '../../http/components/notice.js';
import { Pager } from '../../http/components/pager.js';
import { When } from '../../http/components/times.js';
import { pluralize } from '../../text/pluralize.js';
import { SupportFrame } from '../console/frame.js';
import { ReasonField } from '../console/reason-field.js';
import { type HoldGlance, type HoldsPage, holdsPerPage, usersPerPage } from './held.js';

/** Deactivations that wait for a person. */
export function HeldPage(props: { person: string; now: Date; page: HoldsPage; done: string | null }) {
  const { person, now, page, done } = props;
  const { holds, from, total } = page;
  const at = (start: number) => `/support/held?from=${start}`;
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
        <Hold key={hold.id} hold={hold} now={now}>
          <details>
            <summary>Who</summary>
            <Users userIds={hold.userIds} />
            <p>
              <a href={`/support/held/${hold.id}`}>All {hold.users.toLocaleString('en')}</a>
            </p>
          </details>
        </Hold>
      ))}
      <Pager
        what="holds"
        from={from}
        shown={holds.length}
        total={total}
        previous={from === 0 ? null : at(Math.max(0, from - holdsPerPage))}
        next={from + holds.length < total ? at(from + holds.length) : null}
      />
    </SupportFrame>
  );
}

/** One of them, with all its users, page by page. */
export function HoldPage(props: { person: string; now: Date; hold: HoldGlance & { from: number } }) {
  const { person, now, hold } = props;
  const { id, from, userIds, users } = hold;
  const at = (start: number) => `/support/held/${id}?from=${start}`;
  return (
    <SupportFrame person={person} tab="held" title="Hold">
      <h1>Held deactivations</h1>
      <Hold hold={hold} now={now} />
      <section class="card" aria-label="Who">
        <h2>Who</h2>
        <Users userIds={userIds} />
        <Pager
          what="users"
          from={from}
          shown={userIds.length}
          total={users}
          previous={from === 0 ? null : at(Math.max(0, from - usersPerPage))}
          next={from + userIds.length < users ? at(from + userIds.length) : null}
        />
      </section>
    </SupportFrame>
  );
}

function Hold(props: { hold: HoldGlance; now: Date; children?: ComponentChildren }) {
  const { hold, now, children } = props;
  return (
    <section class="card" aria-label={`Hold ${hold.id}`}>
      <h2>{pluralize(hold.users, 'user')}</h2>
      <p>
        Team <code>{hold.teamId}</code>, since <When at={hold.since} now={now} />
      </p>
      {children}
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

function Users({ userIds }: { userIds: readonly string[] }) {
  return (
    <ul>
      {userIds.map((userId) => (
        <li key={userId}>
          <a href={`/support/why?who=${userId}`}>{userId}</a>
        </li>
      ))}
    </ul>
  );
}
