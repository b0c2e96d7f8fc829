import { Card, PartList } from '../../http/components/card.js';
import { Facts } from '../../http/components/facts.js';
import { Notice } from '../../http/components/notice.js';
import { Table } from '../../http/components/table.js';
import { When } from '../../http/components/times.js';
import { failedPage } from '../../replay/failed-jobs.js';
import { pluralize } from '../../text/pluralize.js';
import type { Handler } from '../console/handler.js';
import { type FailedGroup, failedGroups } from '../failed/failed-groups.js';
import type { SupportParts } from '../parts.js';
import { type Status, status, statusFacts } from './status.js';

/** The page looks again every few seconds, so it groups only the latest failures. The number of all is the queue's own. */
const groupedMax = 200;

/** The state of the system, and what failed lately, by team, type and error. */
export const health: Handler = async (parts) => {
  const page = (
    <>
      <h1>Health</h1>
      <div data-live="/support/live" data-seconds={4}>
        <Health {...(await healthNow(parts))} />
      </div>
    </>
  );
  return { tab: 'health', title: 'Health', page };
};

/** The part of that page that is reloaded. */
export const healthLive: Handler = async (parts) => ({ part: <Health {...(await healthNow(parts))} /> });

type HealthNow = { now: Status; groups: FailedGroup[]; looked: number };

async function healthNow(parts: SupportParts): Promise<HealthNow> {
  const [now, { jobs, looked }] = await Promise.all([
    status(parts),
    failedPage(parts, {}, { limit: groupedMax, lookMax: groupedMax }),
  ]);
  return { now, groups: failedGroups(jobs), looked };
}

function Health({ now, groups, looked }: HealthNow) {
  return (
    <>
      <Alarms now={now} />
      <Card label="Numbers">
        <Facts of={statusFacts(now)} look="numbers" />
      </Card>
      <Card title="Failed jobs">
        {now.failed > looked && (
          <p class="quiet">
            Of the latest {looked.toLocaleString('en')} of {now.failed.toLocaleString('en')}.
          </p>
        )}
        {groups.length === 0 ? (
          <p class="quiet">Nothing has failed.</p>
        ) : (
          <Table head={['Jobs', 'Team', 'Event', 'Error']} rows={groups.map(rowOf)} />
        )}
      </Card>
      {now.quiet > 0 && (
        <Card title="Quiet teams">
          <PartList items={now.quietTeams.map(quietTeam)} total={now.quiet} />
        </Card>
      )}
    </>
  );
}

function Alarms({ now }: { now: Status }) {
  return (
    <>
      {now.workers === 0 && (
        <Notice kind="bad" title="No worker has reported in the last minute">
          <p>Nothing is handled. Start workers; `doctor` says more.</p>
        </Notice>
      )}
      {now.breaches > 0 && (
        <Notice kind="warning" title={`${pluralize(now.breaches, 'change')} came too late in the last 24 hours`}>
          <p>They took longer than {now.slaSeconds} seconds from Stytch to Scanner.</p>
        </Notice>
      )}
      {now.held > 0 && (
        <Notice kind="warning" title={`${pluralize(now.held, 'hold waits', 'holds wait')} for a decision`}>
          <p>
            <a href="/support/held">Release or discard them</a>
          </p>
        </Notice>
      )}
    </>
  );
}

function quietTeam({ teamId, since }: Status['quietTeams'][number]) {
  return (
    <>
      <code>{teamId}</code>, silent since <When at={since} />
    </>
  );
}

function rowOf({ teamId, eventType, error, jobs }: FailedGroup) {
  const query = new URLSearchParams({ team: teamId ?? '', type: eventType, error });
  const cells = [
    <a key="jobs" href={`/support/failed?${query}`}>
      {jobs}
    </a>,
    teamId === null ? '—' : <code key="team">{teamId}</code>,
    <code key="type">{eventType}</code>,
    error,
  ];
  return { key: query.toString(), cells };
}
