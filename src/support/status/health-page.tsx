import { Facts } from '../../http/components/facts.js';
import { Notice } from '../../http/components/notice.js';
import { When } from '../../http/components/times.js';
import { pluralize } from '../../text/pluralize.js';
import { durationText } from '../../text/time.js';
import { SupportFrame } from '../console/frame.js';
import type { FailedGroup } from '../failed/failed-groups.js';
import type { Status } from './status.js';

export type HealthProps = {
  health: Status;
  now: Date;
  /** Of the latest failed jobs, so many were looked at. */
  groups: readonly FailedGroup[];
  looked: number;
};

/** How the whole is doing, and what failed lately, by team, type and error. */
export function HealthPage(props: HealthProps & { person: string }) {
  const { person, ...health } = props;
  return (
    <SupportFrame person={person} tab="health" title="Health">
      <h1>Health</h1>
      <div data-live="/support/live">
        <Health {...health} />
      </div>
    </SupportFrame>
  );
}

export function Health({ health, now, groups, looked }: HealthProps) {
  return (
    <>
      <Alarms health={health} />
      <section class="card" aria-label="Numbers">
        <Facts of={numbersOf(health)} look="numbers" />
      </section>
      <section class="card" aria-label="Failed jobs">
        <h2>Failed jobs</h2>
        {health.failed > looked && (
          <p class="quiet">
            Of the latest {looked.toLocaleString('en')} of {health.failed.toLocaleString('en')}.
          </p>
        )}
        {groups.length === 0 ? <p class="quiet">Nothing has failed.</p> : <Groups groups={groups} />}
      </section>
      {health.quiet > 0 && (
        <section class="card" aria-label="Quiet teams">
          <h2>Quiet teams</h2>
          <ul>
            {health.quietTeams.map(({ teamId, since }) => (
              <li key={teamId}>
                <code>{teamId}</code>, silent since <When at={since} now={now} />
              </li>
            ))}
            {health.quiet > health.quietTeams.length && (
              <li class="quiet">and {health.quiet - health.quietTeams.length} more</li>
            )}
          </ul>
        </section>
      )}
    </>
  );
}

function Alarms({ health }: { health: Status }) {
  return (
    <>
      {health.workers === 0 && (
        <Notice kind="bad" title="No worker has reported in the last minute">
          <p>Nothing is being handled. Start workers; `doctor` tells more.</p>
        </Notice>
      )}
      {health.breaches > 0 && (
        <Notice kind="warning" title={`${pluralize(health.breaches, 'change')} came too late in the last 24 hours`}>
          <p>They took longer than {health.slaSeconds} seconds from Stytch to Scanner.</p>
        </Notice>
      )}
      {health.held > 0 && (
        <Notice kind="warning" title={`${pluralize(health.held, 'hold waits', 'holds wait')} for a decision`}>
          <p>
            <a href="/support/held">Release or discard them</a>
          </p>
        </Notice>
      )}
    </>
  );
}

function numbersOf(health: Status): [string, string][] {
  const seconds = (value: number | null) => (value === null ? '—' : durationText(value));
  const pending = Object.values(health.queues).reduce(
    (sum, { waiting, active, delayed }) => sum + waiting + active + delayed,
    0,
  );
  return [
    ['In the queues', String(pending)],
    ['Oldest pending', seconds(health.oldestPendingSeconds)],
    ['Lag p50, last hour', seconds(health.lag.p50Seconds)],
    ['Lag p99, last hour', seconds(health.lag.p99Seconds)],
    ['Breaches, 24 h', String(health.breaches)],
    ['Failed', String(health.failed)],
    ['Held', String(health.held)],
    ['Put right by sweeps, 24 h', String(health.settledBySweeps)],
    ['Replays under way', String(health.replaysUnderWay)],
    ['Workers', String(health.workers)],
    ['Connected teams', String(health.connectedTeams)],
    ['Quiet teams', String(health.quiet)],
  ];
}

function Groups({ groups }: { groups: readonly FailedGroup[] }) {
  return (
    <div class="table">
      <table>
        <thead>
          <tr>
            <th scope="col">Jobs</th>
            <th scope="col">Team</th>
            <th scope="col">Event</th>
            <th scope="col">Error</th>
          </tr>
        </thead>
        <tbody>
          {groups.map((group) => (
            <tr key={`${group.teamId} ${group.eventType} ${group.error}`}>
              <td>
                <a href={`/support/failed?${queryOf(group)}`}>{group.jobs}</a>
              </td>
              <td>{group.teamId === null ? '—' : <code>{group.teamId}</code>}</td>
              <td>
                <code>{group.eventType}</code>
              </td>
              <td>{group.error}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function queryOf({ teamId, eventType, error }: FailedGroup): string {
  return new URLSearchParams({ team: teamId ?? '', type: eventType, error }).toString();
}
