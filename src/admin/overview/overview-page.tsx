import { timeText } from '../../text/time.js';
import type { Activity } from '../activity/activity.js';
import { ActivityTable } from '../activity/activity-table.js';
import type { ProviderAt } from '../activity/reason-words.js';
import type { Admin } from '../authorize.js';
import { ExpiryNotice } from '../connection/expiry.js';
import type { ConnectionView } from '../connection/view.js';
import { SettingsFrame } from '../frame.js';
import type { Check } from './checklist.js';
import { ChecklistCard, Misconfigurations } from './checklist-card.js';
import type { Health } from './health.js';
import { HealthCard } from './health-card.js';
import type { IdpStatus } from './idp-status.js';
import { IdpStatusCard } from './idp-status-card.js';
import type { Setup } from './setup.js';

/** The latest rows of the activity log. */
export type Latest = { events: readonly Activity[]; providerAt: ProviderAt };

/** The start page: what to do next, and whether the sync works. */
export function OverviewPage(props: {
  admin: Admin;
  connection: ConnectionView;
  setup: Setup;
  health: Health;
  latest: Latest;
  idp: IdpStatus;
  now: Date;
  done?: unknown;
}) {
  const { admin, connection, setup, health, latest, idp, now, done } = props;
  return (
    <SettingsFrame admin={admin} tab="overview" title="SCIM" done={done}>
      <h1>{connection.displayName}</h1>
      <p class="lead">
        {connection.identityProviderName} · token ends in <code>{connection.bearerTokenLastFour}</code>
        {connection.bearerTokenExpiresAt !== null &&
          `, valid until ${timeText(connection.bearerTokenExpiresAt).slice(0, 10)}`}{' '}
        · <a href="/settings/scim/connection">Token and instructions</a>
      </p>
      {setup.checks.some((check) => !check.done) && (
        <p>
          <a href="/settings/scim/setup" class="button">
            Continue the set-up
          </a>
        </p>
      )}
      <ExpiryNotice connection={connection} />
      {connection.rotation !== null && (
        <p class="notice info">
          A new token is waiting. <a href="/settings/scim/connection#token-card">Complete or cancel the rotation</a>.
        </p>
      )}
      <Misconfigurations misconfigurations={setup.misconfigurations} />
      <div data-live="/settings/scim/live" data-seconds={setup.checks.every((check) => check.done) ? 30 : 4}>
        <Live checks={setup.checks} health={health} latest={latest} idp={idp} now={now} />
      </div>
      <noscript>
        <p>
          <a href="/settings/scim">Refresh</a>
        </p>
      </noscript>
    </SettingsFrame>
  );
}

/** The part of the page that refreshes itself every few seconds. */
export function Live(props: { checks: readonly Check[]; health: Health; latest: Latest; idp: IdpStatus; now: Date }) {
  const { checks, health, latest, idp, now } = props;
  return (
    <>
      <IdpStatusCard idp={idp} now={now} />
      <div class="columns">
        <ChecklistCard checks={checks} />
        <HealthCard health={{ ...health, lastHeardAt: idp.lastAt }} now={now} />
      </div>
      {latest.events.length > 0 && (
        <section class="card" aria-labelledby="latest">
          <div class="with-link">
            <h2 id="latest">Latest changes</h2>
            <a href="/settings/scim/activity">All activity</a>
          </div>
          <ActivityTable {...latest} />
        </section>
      )}
    </>
  );
}

/** The start page of a team without a connection. */
export function WelcomePage({ admin, done }: { admin: Admin; done?: unknown }) {
  return (
    <SettingsFrame admin={admin} tab="overview" title="SCIM" done={done}>
      <section class="empty">
        <h1>SCIM</h1>
        <p>
          Connect your identity provider, and Scanner keeps the people and roles of {admin.team.name} equal to it: a
          joiner gets access, a person who changes teams gets other roles, and a leaver loses access within five
          minutes.
        </p>
        <p>
          <a href="/settings/scim/connection/new" class="button">
            Create
          </a>
        </p>
        <p class="quiet">Okta, Microsoft Entra ID, Google Workspace, and others with SCIM 2.0.</p>
      </section>
    </SettingsFrame>
  );
}
