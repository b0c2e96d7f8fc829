import { Card } from '../../http/components/card.js';
import { Facts } from '../../http/components/facts.js';
import { Notice } from '../../http/components/notice.js';
import { Table } from '../../http/components/table.js';
import { When } from '../../http/components/times.js';
import { failedPage } from '../../replay/failed-jobs.js';
import { durationText } from '../../text/time.js';
import type { Handler } from '../console/handler.js';
import { PersonLink, TeamLink } from '../console/names.js';
import { type FailedGroup, failedGroups } from '../failed/failed-groups.js';
import { type Names, namesOf } from '../names.js';
import type { SupportParts } from '../parts.js';
import { type LateChange, readLate, type Status, status, statusFacts } from './status.js';
import { type Concern, verdictOf } from './verdict.js';

/** The page looks again every few seconds, so it groups only the latest failures. The number of all is the queue's own. */
const groupedMax = 200;
/** A screenful of groups. */
const groupsShown = 30;

/** Whether all is well, in one sentence; and then only what is not normal. */
export const health: Handler = async (parts) => {
  const now = await healthNow(parts);
  const page = (
    <>
      <h1>Health</h1>
      <div data-live="/support/live" data-seconds={4}>
        <Health {...now} />
      </div>
      <details class="card">
        <summary>Numbers, when this page was opened</summary>
        <Facts of={statusFacts(now.now)} look="numbers" />
      </details>
    </>
  );
  return { tab: 'health', title: 'Health', page };
};

/** The part of that page that is reloaded. */
export const healthLive: Handler = async (parts) => ({ part: <Health {...(await healthNow(parts))} /> });

type HealthNow = { now: Status; groups: FailedGroup[]; looked: number; late: LateChange[]; names: Names };

async function healthNow(parts: SupportParts): Promise<HealthNow> {
  const now = await status(parts);
  const page = { limit: groupedMax, lookMax: groupedMax };
  const [{ jobs, looked }, late] = await Promise.all([
    now.failed === 0 ? { jobs: [], looked: 0 } : failedPage(parts, {}, page),
    now.breaches === 0 ? [] : readLate(parts),
  ]);
  const groups = failedGroups(jobs.map(({ shown }) => shown))
    .sort((a, b) => b.jobs.length - a.jobs.length)
    .slice(0, groupsShown);
  const names = await namesOf(parts.database, {
    teams: [...groups, ...late].map(({ teamId }) => teamId),
    people: late.map(personIdOf),
  });
  return { now, groups, looked, late, names };
}

function Health({ now, groups, looked, late, names }: HealthNow) {
  const { isGood, sentence, concerns } = verdictOf(now);
  const of = (kind: Concern['kind']) => concerns.filter((concern) => concern.kind === kind);
  return (
    <>
      <Notice kind={isGood ? 'good' : 'bad'} title={sentence}>
        <Concerns concerns={of('wrong')} />
      </Notice>
      {of('note').length > 0 && (
        <Notice kind="info" title="Worth knowing">
          <Concerns concerns={of('note')} />
        </Notice>
      )}
      {groups.length > 0 && (
        <Card title="Failed jobs">
          {now.failed > looked && (
            <p class="quiet">
              Of the latest {looked.toLocaleString('en')} of {now.failed.toLocaleString('en')}.
            </p>
          )}
          <Table
            head={['Jobs', 'Team', { label: 'Event', nowrap: true }, 'Error']}
            rows={groups.map((group) => failedRow(group, names))}
          />
        </Card>
      )}
      {late.length > 0 && (
        <section class="card" id="late" aria-label="Late changes">
          <h2>Changes that came too late</h2>
          <Table
            head={['Person', 'Team', 'Changed', { label: 'Took', nowrap: true }]}
            rows={late.map((change) => lateRow(change, names))}
          />
        </section>
      )}
    </>
  );
}

function Concerns({ concerns }: { concerns: readonly Concern[] }) {
  if (concerns.length === 0) return null;
  return (
    <ul>
      {concerns.map(({ text, href }) => (
        <li key={text}>
          <a href={href}>{text}</a>
        </li>
      ))}
    </ul>
  );
}

function failedRow({ teamId, eventType, error, jobs, from, to }: FailedGroup, names: Names) {
  const query = new URLSearchParams({ team: teamId ?? '', type: eventType, error });
  const cells = [
    <a key="jobs" href={`/support/failed?${query}`}>
      {jobs.length}
    </a>,
    <TeamLink key="team" id={teamId} name={names.team(teamId)} />,
    <code key="type">{eventType}</code>,
    <div key="error">
      {error}
      <div class="quiet">
        <When at={from} />
        {from !== to && (
          <>
            {' to '}
            <When at={to} />
          </>
        )}
      </div>
    </div>,
  ];
  return { key: query.toString(), cells };
}

function lateRow(change: LateChange, names: Names) {
  const { at, teamId, lagSeconds } = change;
  const cells = [
    <PersonLink key="person" id={personIdOf(change)} names={names} none="unknown" />,
    <TeamLink key="team" id={teamId} name={names.team(teamId)} />,
    <When key="at" at={at} />,
    durationText(lagSeconds),
  ];
  return { key: `${at} ${change.memberId}`, cells };
}

function personIdOf({ userId, memberId }: LateChange): string | null {
  return userId ?? memberId;
}
