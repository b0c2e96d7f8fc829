import { Notice } from '../../http/components/notice.js';
import { duration, When } from '../../http/components/times.js';
import { pluralize } from '../../text/pluralize.js';
import type { Health } from './health.js';
import { LagChart } from './lag-chart.js';

/** How the synchronisation is doing, in four numbers and a small chart. */
export function HealthCard({ health, now }: { health: Health; now: Date }) {
  const { p50Seconds, p99Seconds, changes, hours, oldestWaitingSeconds, lastHeardAt } = health;
  return (
    <section class="card" aria-labelledby="health">
      <h2 id="health">Sync health</h2>
      <Warnings health={health} now={now} />
      <dl class="numbers">
        <Figure name="Half of the changes within" value={p50Seconds === null ? '–' : duration(p50Seconds)} />
        <Figure name="99 % of them within" value={p99Seconds === null ? '–' : duration(p99Seconds)} />
        <Figure name="Changes in 24 hours" value={changes.toLocaleString('en')} />
        <Figure name="Oldest waiting" value={oldestWaitingSeconds === null ? 'none' : duration(oldestWaitingSeconds)} />
      </dl>
      <LagChart hours={hours} />
      <p class="quiet">
        Identity provider last heard: {lastHeardAt === null ? 'never' : <When at={lastHeardAt} now={now} />}
        {health.lastSweptAt !== null && (
          <>
            {' · '}whole team last checked: <When at={health.lastSweptAt} now={now} />
          </>
        )}
      </p>
    </section>
  );
}

function Figure({ name, value }: { name: string; value: string }) {
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
            So many people were missing from the directory at once (<When at={held.since} now={now} />) that a mistake
            is likely. They keep their access until Scanner support releases or discards this. If they have really left,
            contact Scanner support.
          </p>
        </Notice>
      )}
      {quietSince !== null && (
        <Notice kind="info" title="Your identity provider is unusually quiet">
          <p>
            Nothing was heard from it for longer than ever before. If people have changed since, look at the
            provisioning log there; an expired token is a usual cause.
          </p>
        </Notice>
      )}
    </>
  );
}
