import type { Change } from '../../directory/change.js';
import { PersonName } from '../../http/components/person-name.js';
import { Table } from '../../http/components/table.js';
import { Time } from '../../http/components/times.js';
import { durationText } from '../../text/time.js';
import { actInWords } from './act-words.js';
import { type Activity, isFound } from './activity.js';
import { changeInWords } from './change-words.js';
import { type ProviderAt, reasonInWords } from './reason-words.js';

/** The activity log: one row for each event or act. */
export function ActivityTable({ events, providerAt }: { events: readonly Activity[]; providerAt: ProviderAt }) {
  const rows = events.map((event) => ({
    key: event.id,
    cells: [
      <Time key="at" at={event.at} />,
      <Who key="who" event={event} />,
      <What key="what" event={event} />,
      <Why key="why" event={event} providerAt={providerAt} />,
      event.lagSeconds === null ? <span class="quiet">–</span> : durationText(event.lagSeconds),
    ],
  }));
  return <Table class="activity" head={['When', 'Who', 'What', 'Why', 'Lag']} rows={rows} />;
}

function Who({ event }: { event: Activity }) {
  const { person, memberId, act } = event;
  if (person !== null) return <PersonName {...person} href={`/settings/scim/people/${person.id}`} />;
  if (isFound(event)) return <span class="quiet">outside of Settings</span>;
  if (act !== null) return <span class="quiet">an admin without a user in Scanner</span>;
  return <span class="quiet">{memberId === null ? 'the team' : 'a person without a user in Scanner'}</span>;
}

function What({ event: { outcome, changes, changesTotal, act } }: { event: Activity }) {
  if (act !== null) return <bdi>{actInWords(act)}</bdi>;
  if (changes.length === 0) return <span class="quiet">{outcomeWords[outcome] ?? outcome}</span>;
  return (
    <ul class="plain">
      {[...changes].sort(byWeight).map((change) => (
        <li key={JSON.stringify(change)} class={isBackground(change) ? 'quiet' : undefined}>
          <bdi>{changeInWords(change)}</bdi>
        </li>
      ))}
      {changesTotal > changes.length && (
        <li class="quiet">and {(changesTotal - changes.length).toLocaleString('en')} more</li>
      )}
    </ul>
  );
}

/** The reason in plain words. What only support or a program needs is folded away. */
function Why({ event, providerAt }: { event: Activity; providerAt: ProviderAt }) {
  const { eventType, eventId, sentAt, memberId, act, id } = event;
  const facts = [
    ['Event', eventType],
    ['Event id', eventId],
    ['Sent', sentAt === null ? null : <Time key="sent" at={sentAt} />],
    ['Act', act?.action],
    ['Member id', isFound(event) ? null : memberId],
    ['Record', id],
  ] as const;
  return (
    <div>
      {reasonInWords(event, providerAt)}
      <details class="more">
        <summary>Details</summary>
        <dl>
          {facts.map(([name, value]) =>
            value === null || value === undefined ? null : (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ),
          )}
        </dl>
      </details>
    </div>
  );
}

/** IdP role values are the reason for the other changes, so they come last. */
function isBackground({ type }: Change): boolean {
  return type === 'idp_role_value_added' || type === 'idp_role_value_removed';
}

function byWeight(a: Change, b: Change): number {
  return Number(isBackground(a)) - Number(isBackground(b));
}

/** The outcomes in words. */
export const outcomeWords: Record<string, string> = {
  changed: 'Changed',
  unchanged: 'Already right',
  superseded: 'Replaced by newer information',
  unknown_member: 'Unknown to Scanner',
  reread: 'The whole team will be checked',
  held: 'Held for a decision',
};
