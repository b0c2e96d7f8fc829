import { exactly } from '../../http/components/times.js';
import type { Activity } from '../activity/activity.js';
import { EventsTable } from '../activity/events-table.js';
import type { Admin } from '../authorize.js';
import { ExpiryNotice } from '../connection/expiry.js';
import type { ConnectionView } from '../connection/view.js';
import { SettingsFrame } from '../frame.js';
import type { Check } from './checklist.js';
import { ChecklistCard, Traps } from './checklist-card.js';
import type { Health } from './health.js';
import { HealthCard } from './health-card.js';
import type { Heard } from './heard.js';
import { HeardCard } from './heard-card.js';
import type { Setup } from './setup.js';

/** The first page: what to do next, and whether it works. */
export function OverviewPage(props: {
  admin: Admin;
  connection: ConnectionView;
  setup: Setup;
  health: Health;
  latest: readonly Activity[];
  heard: Heard;
  now: Date;
  done?: unknown;
}) {
  const { admin, connection, setup, health, latest, heard, now, done } = props;
  return (
    <SettingsFrame admin={admin} tab="overview" title="SCIM" done={done}>
      <h1>{connection.displayName}</h1>
      <p class="lead">
        {connection.identityProviderName} · token ends in <code>{connection.bearerTokenLastFour}</code>
        {connection.bearerTokenExpiresAt !== null &&
          `, valid until ${exactly(connection.bearerTokenExpiresAt).slice(0, 10)}`}{' '}
        · <a href="/settings/scim/connection">Instructions and token</a>
      </p>
      <ExpiryNotice connection={connection} />
      {connection.rotation !== null && (
        <p class="notice info">
          A new token is waiting. <a href="/settings/scim/connection#token-card">Complete or cancel the rotation</a>.
        </p>
      )}
      <Traps misconfigurations={setup.misconfigurations} />
      <div data-live="/settings/scim/live" data-seconds={setup.checks.every((check) => check.done) ? 30 : 4}>
        <Live checks={setup.checks} health={health} latest={latest} heard={heard} now={now} />
      </div>
      <noscript>
        <p>
          <a href="/settings/scim">Look again</a>
        </p>
      </noscript>
    </SettingsFrame>
  );
}

/** What a page that stays open asks for again every few seconds. */
export function Live(props: {
  checks: readonly Check[];
  health: Health;
  latest: readonly Activity[];
  heard: Heard;
  now: Date;
}) {
  const { checks, health, latest, heard, now } = props;
  return (
    <>
      <HeardCard heard={heard} now={now} />
      <div class="columns">
        <ChecklistCard checks={checks} />
        <HealthCard health={health} now={now} />
      </div>
      {latest.length > 0 && (
        <section class="card" aria-labelledby="latest">
          <div class="with-link">
            <h2 id="latest">Latest changes</h2>
            <a href="/settings/scim/activity">All activity</a>
          </div>
          <EventsTable events={latest} />
        </section>
      )}
    </>
  );
}

/** A team without a connection. */
export function WelcomePage({ admin, done }: { admin: Admin; done?: unknown }) {
  return (
    <SettingsFrame admin={admin} tab="overview" title="SCIM" done={done}>
      <section class="empty">
        <h1>SCIM</h1>
        <p>
          Connect your identity provider, and the people and roles of {admin.team.name} follow it by themselves: who
          joins can search, who changes teams changes roles, and who leaves is out within five minutes.
        </p>
        <p>
          <a href="/settings/scim/connection/new" class="button">
            Create
          </a>
        </p>
        <p class="quiet">Okta, Microsoft Entra ID, Google Workspace, and most others that speak SCIM 2.0.</p>
      </section>
    </SettingsFrame>
  );
}
