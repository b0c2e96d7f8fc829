import { Facts } from '../../http/components/facts.js';
import { Notice } from '../../http/components/notice.js';
import { When } from '../../http/components/times.js';
import { durationText } from '../../text/time.js';
import { SupportFrame } from '../console/frame.js';
import { ReasonField } from '../console/reason-field.js';
import { changesText } from '../failed/change-text.js';
import type { Cause, PastEvent } from './facts.js';
import type { Why } from './why.js';

type Person = Why['people'][number];
export type WhyPageProps = {
  person: string;
  now: Date;
  who: string;
  team: string;
  answer: Why | null;
  problem: string | null;
  done: string | null;
};

/** Why somebody has or lacks access: what is wrong first, then everything it is known by. */
export function WhyPage({ person, now, who, team, answer, problem, done }: WhyPageProps) {
  return (
    <SupportFrame person={person} tab="why" title="Why?">
      <h1>Why does somebody have, or lack, access?</h1>
      <form method="post" action="/support/why" class="filter">
        <label>
          E-mail
          <input type="search" name="who" value={who} required placeholder="alice@customer.example" />
        </label>
        <label>
          Team
          <input name="team" value={team} placeholder="Any" />
        </label>
        <button type="submit">Look</button>
      </form>
      {done !== null && <Notice kind="good" title={done} />}
      {problem !== null && <Notice kind="bad" title={problem} />}
      {answer?.stytchProblem && <Notice kind="warning" title={answer.stytchProblem} />}
      {answer !== null && answer.failedJobsNotLookedAt > 0 && (
        <Notice
          kind="warning"
          title={`The oldest ${answer.failedJobsNotLookedAt} failed jobs were not looked at: there are too many.`}
        />
      )}
      {answer?.people.map((one) => (
        <Found key={`${one.user?.id} ${one.memberId}`} one={one} now={now} team={team} />
      ))}
    </SupportFrame>
  );
}

function Found({ one, now, team }: { one: Person; now: Date; team: string }) {
  const who = one.user?.email ?? one.memberId ?? 'Somebody';
  return (
    <section class="card" aria-label={who}>
      <h2>{who}</h2>
      <Missing one={one} />
      {one.memberId !== null && <Resync memberId={one.memberId} team={team} />}
      <Facts of={factsOf(one)} />
      <h3>Grants</h3>
      {one.grants.length === 0 && <p class="quiet">None.</p>}
      <ul>
        {one.grants.map(({ role, source, grantedAt, cause }) => (
          <li key={`${role} ${source}`}>
            <code>{role}</code> ({source}), <When at={grantedAt} now={now} />
            {causeText(cause)}
          </li>
        ))}
        {one.grantsTotal > one.grants.length && <li class="quiet">and {one.grantsTotal - one.grants.length} more</li>}
        {one.losses.map((loss) => (
          <li key={`lost ${loss.role}`}>
            Lost <code>{loss.role}</code>, <When at={loss.at} now={now} />
            {causeText(loss)}
          </li>
        ))}
      </ul>
      <h3>Last events</h3>
      {one.events.length === 0 && <p class="quiet">None.</p>}
      <ul>
        {one.events.map((event) => (
          <li key={`${event.at} ${event.trigger}`}>
            <When at={event.at} now={now} />: {eventText(event)}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Missing({ one }: { one: Person }) {
  if (one.missing.length === 0) {
    return <Notice kind="good" title="Nothing is missing: Scanner shows what the directory says." />;
  }
  return (
    <Notice kind="bad" title="What is wrong">
      <ul>
        {one.missing.map(({ code, message, next }) => (
          <li key={message}>
            {message} <br />
            {code === 'held' ? <a href="/support/held">Decide</a> : <span class="quiet">{next}</span>}
          </li>
        ))}
        {one.failedJobs.map(({ id }) => (
          <li key={id}>
            <a href={`/support/jobs/${encodeURIComponent(id)}`}>Look at {id}, and replay it</a>
          </li>
        ))}
      </ul>
    </Notice>
  );
}

function Resync({ memberId, team }: { memberId: string; team: string }) {
  return (
    <form method="post" action="/support/resync" data-once>
      <input type="hidden" name="memberId" value={memberId} />
      <input type="hidden" name="team" value={team} />
      <ReasonField id={`reason-${memberId}`} />
      <button type="submit" class="secondary">
        Read again from Stytch
      </button>
    </form>
  );
}

function factsOf({ user, team, memberId, stytch, values }: Person): [string, string][] {
  const listed = (list: Person['values']) => list.map(({ value, via }) => `${value} (${via})`).join(', ') || 'none';
  return [
    ['In Scanner', user === null ? 'no user' : `${user.status}: ${user.name} (user ${user.id})`],
    ['Team', team === null ? 'none' : `${team.name} (${team.id})${team.enabled ? '' : ', SCIM not switched on'}`],
    ['Shows Stytch as of', user?.observedAt?.toISOString() ?? 'never read'],
    ['In Stytch now', stytchText(stytch)],
    ['Stytch member', memberId ?? 'none'],
    ['IdP values in Scanner', listed(values)],
    ['IdP says now', stytch.says === 'active' ? listed(stytch.values) : '—'],
  ];
}

function stytchText(stytch: Person['stytch']): string {
  if (stytch.says === 'active') return stytch.status;
  if (stytch.says === 'gone') return `gone (${stytch.status})`;
  if (stytch.says === 'unknown') return `unknown: ${stytch.why}`;
  return stytch.says === 'not found' ? 'Stytch does not know it' : 'no member is linked';
}

function causeText(cause: Cause | null): string {
  if (cause === null) return '';
  return `, by ${cause.trigger}${cause.eventType === null ? '' : `: ${cause.eventType}`}`;
}

function eventText({ trigger, eventType, outcome, changes, lagSeconds }: PastEvent): string {
  const what = changesText(Array.isArray(changes) ? changes : []);
  const lag = lagSeconds === null ? '' : `, ${durationText(lagSeconds)} after it was sent`;
  return `${eventType ?? trigger}, ${outcome}${lag}${what === '' ? '' : `: ${what}`}`;
}
