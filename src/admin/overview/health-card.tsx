import type { ComponentChildren } from 'preact';
import { Notice } from '../../http/components/notice.js';
import { When } from '../../http/components/times.js';
import { pluralize } from '../../text/pluralize.js';
import { durationText } from '../../text/time.js';
import { changesCountedMax, type Health } from './health.js';
import { LagChart } from './lag-chart.js';

/** The health of the sync: four numbers and a small chart. */
export function HealthCard({ health, now }: { health: Health; now: Date }) {
  const { p50Seconds, p99Seconds, changes, hours, slaSeconds, oldestWaitingSeconds, lastHeardAt } = health;
  return (
    <section class="card" aria-labelledby="health">
      <h2 id="health">Sync health</h2>
      <Warnings health={health} now={now} />
      <dl class="numbers">
        <Figure name="Half of the changes within" value={p50Seconds === null ? '–' : durationText(p50Seconds)} />
        <Figure name="99 % of them within" value={p99Seconds === null ? '–' : durationText(p99Seconds)} />
        <Figure
          name="Changes in 24 hours"
          value={
            <a href="/settings/scim/activity?outcome=changed&hours=24">
              {changes >= changesCountedMax && 'at least '}
              {changes.toLocaleString('en')}
            </a>
          }
        />
        <Figure
          name="Oldest waiting"
          value={oldestWaitingSeconds === null ? 'none' : durationText(oldestWaitingSeconds)}
        />
      </dl>
      <LagChart hours={hours} slaSeconds={slaSeconds} />
      <p class="quiet">
        Last event from the identity provider: {lastHeardAt === null ? 'never' : <When at={lastHeardAt} now={now} />}
        {health.lastSweptAt !== null && (
          <>
            {' · '}last check of the whole team: <When at={health.lastSweptAt} now={now} />
          </>
        )}
      </p>
    </section>
  );
}

function Figure({ name, value }: { name: string; value: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function Warnings({ health: { held, quietSince }, now }: { health: Health; now: Date }) {
  return (
    <>
      {held !== null && (
        <Notice kind="warning" title={`${pluralize(held.people, 'deactivation is', 'deactivations are')} held`}>
          <p>
            Many people were missing from the directory at once (<When at={held.since} now={now} />
            ). That may be a mistake, so they keep their access until you decide.{' '}
            <a href="/settings/scim/held">See who they are, and decide</a>
          </p>
        </Notice>
      )}
      {quietSince !== null && (
        <Notice kind="info" title="Your identity provider is unusually quiet">
          <p>
            It has been silent for longer than ever before. If people have changed since, check its provisioning log. An
            expired token is a common cause.
          </p>
        </Notice>
      )}
    </>
  );
}
