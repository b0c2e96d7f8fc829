import { ConfirmForm } from '../../http/components/confirm-form.js';
import { Notice } from '../../http/components/notice.js';
import { When } from '../../http/components/times.js';
import { type HeldPeoplePage, type HoldSummary, shareText } from '../../sync/holds/holds.js';
import { pluralize } from '../../text/pluralize.js';
import { timeText } from '../../text/time.js';
import type { Admin } from '../authorize.js';
import { SettingsFrame } from '../frame.js';
import { HeldPeople } from './held-people.js';

/** The people who were missing from the directory at once, and two answers: they are still there, or they have left. */
export function HeldPage(props: {
  admin: Admin;
  hold: HoldSummary | null;
  people: HeldPeoplePage | null;
  q: string;
  done: string;
}) {
  const { admin, hold, people, q, done } = props;
  return (
    <SettingsFrame admin={admin} tab="people" title="Missing people">
      {done !== '' && <Notice kind="good" title={done} />}
      {hold === null || people === null ? (
        <section class="empty">
          <h1>Nobody waits for your decision</h1>
          <p>
            <a href="/settings/scim/people" class="button secondary">
              People
            </a>
          </p>
        </section>
      ) : (
        <Decision hold={hold} people={people} q={q} />
      )}
    </SettingsFrame>
  );
}

function Decision({ hold, people, q }: { hold: HoldSummary; people: HeldPeoplePage; q: string }) {
  const { id, users, since, listedAt } = hold;
  const path = '/settings/scim/held';
  return (
    <>
      <h1>Have these people left?</h1>
      <p class="lead">
        {shareText(hold)} were missing from your directory at once, <When at={since} />. That may be a mistake, for
        example a group that is no longer assigned to Scanner. So they keep their access until you decide.
        {listedAt !== null && ` The whole directory was last read on ${timeText(listedAt)} UTC.`}
      </p>
      <HeldPeople
        page={people}
        q={q}
        path={path}
        csv={`${path}/people.csv`}
        addressOf={({ userId }) => `/settings/scim/people/${userId}`}
      />
      <section class="card" aria-labelledby="keep">
        <h2 id="keep">They are still there</h2>
        <p>They keep their access. Check in your identity provider why it no longer sends them.</p>
        <ConfirmForm action={`${path}/keep`} hidden={{ hold: id }} submit={{ label: 'Keep them' }} />
      </section>
      <section class="card danger" aria-labelledby="left">
        <h2 id="left">They have left</h2>
        <p>
          Each of them is checked once more. Those who are active in the directory are skipped. The others lose their
          access, the roles from your identity provider, and their API keys.
        </p>
        <ConfirmForm
          action={`${path}/deactivate`}
          hidden={{ hold: id }}
          submit={{ label: `Deactivate ${pluralize(users, 'person', 'people')}`, look: 'danger' }}
        >
          <label for="count">
            Type how many people lose their access: {users}
            <input id="count" name="count" required inputMode="numeric" autocomplete="off" />
          </label>
        </ConfirmForm>
      </section>
    </>
  );
}
