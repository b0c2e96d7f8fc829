import type { ComponentChildren } from 'preact';
import { Card, PartList } from '../../http/components/card.js';
import { ConfirmForm } from '../../http/components/confirm-form.js';
import { Notice } from '../../http/components/notice.js';
import { Pager, pagesAt } from '../../http/components/pager.js';
import { When } from '../../http/components/times.js';
import { pluralize } from '../../text/pluralize.js';
import { field, fromIn } from '../console/form.js';
import type { Handler } from '../console/handler.js';
import { discardHeld, type HoldGlance, heldPage, heldUsers, holdsPerPage, usersPerPage } from './held.js';
import { releaseHeld } from './release-held.js';

/** Deactivations that wait for a person. */
export const held: Handler = async (parts, { query }) => {
  const { holds, from, total } = await heldPage(parts, fromIn(query));
  const done = field(query, 'done');
  const pages = pagesAt('/support/held', { from, shown: holds.length, total, perPage: holdsPerPage });
  const page = (
    <>
      <h1>Held deactivations</h1>
      {done !== '' && <Notice kind="good" title={done} />}
      <p>
        A sweep missed more than ten users and more than a tenth of the team at once. Absence is weak evidence, so they
        are still active. Ask the customer, then decide.
      </p>
      {holds.length === 0 && <p class="quiet">Nothing is held.</p>}
      {holds.map((hold) => (
        <Hold key={hold.id} hold={hold}>
          <details>
            <summary>Who</summary>
            <Users userIds={hold.userIds} />
            <p>
              <a href={`/support/held/${hold.id}`}>All {hold.users.toLocaleString('en')}</a>
            </p>
          </details>
        </Hold>
      ))}
      <Pager what="holds" {...pages} />
    </>
  );
  return { tab: 'held', title: 'Held', page };
};

/** One of them, with all its users. */
export const hold: Handler = async (parts, { id, query }) => {
  const hold = await heldUsers(parts, id, fromIn(query));
  const { from, userIds, users: total } = hold;
  const pages = pagesAt(`/support/held/${hold.id}`, { from, shown: userIds.length, total, perPage: usersPerPage });
  const page = (
    <>
      <h1>Held deactivations</h1>
      <Hold hold={hold} />
      <Card title="Who">
        <Users userIds={userIds} />
        <Pager what="users" {...pages} />
      </Card>
    </>
  );
  return { tab: 'held', title: 'Hold', page };
};

/** Deactivates the users of a hold. */
export const release: Handler = async (parts, { id, act }) => {
  const { released, skipped } = await releaseHeld(parts, id, act());
  return doneWith(`${released.length} released, ${skipped.length} skipped. ${skipped[0]?.why ?? ''}`.trim());
};

/** Leaves the users of a hold active. */
export const discard: Handler = async (parts, { id, act }) => {
  const { discarded } = await discardHeld(parts, id, act());
  return doneWith(`${pluralize(discarded.length, 'user stays as it is', 'users stay as they are')}.`);
};

function doneWith(done: string) {
  return { redirect: `/support/held?${new URLSearchParams({ done })}` };
}

function Hold({ hold, children }: { hold: HoldGlance; children?: ComponentChildren }) {
  return (
    <section class="card" aria-label={`Hold ${hold.id}`}>
      <h2>{pluralize(hold.users, 'user')}</h2>
      <p>
        Team <code>{hold.teamId}</code>, since <When at={hold.since} />
      </p>
      {children}
      <ConfirmForm
        reasonId={`reason-${hold.id}`}
        submit={[
          { label: 'They left: deactivate them', action: `/support/held/${hold.id}/release` },
          { label: 'They are there: leave them', action: `/support/held/${hold.id}/discard`, look: 'secondary' },
        ]}
      />
    </section>
  );
}

function Users({ userIds }: { userIds: readonly string[] }) {
  const links = userIds.map((userId) => (
    <a key={userId} href={`/support/why?who=${userId}`}>
      {userId}
    </a>
  ));
  return <PartList items={links} />;
}
