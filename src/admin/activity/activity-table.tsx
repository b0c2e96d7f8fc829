import type { Change } from '../../directory/change.js';
import { changeInWords, reasonInWords } from '../../http/components/change-words.js';
import { durationText, timeText } from '../../text/time.js';
import { actInWords } from './act-words.js';
import type { Activity } from './activity.js';

/** The activity log: one row for each event. */
export function ActivityTable({ events }: { events: readonly Activity[] }) {
  return (
    <div class="table">
      <table>
        <thead>
          <tr>
            <th scope="col">When</th>
            <th scope="col">Who</th>
            <th scope="col">What</th>
            <th scope="col">Why</th>
            <th scope="col">Lag</th>
          </tr>
        </thead>
        <tbody>
          {events.map((event) => (
            <tr key={event.id}>
              <td class="nowrap" data-label="When">
                <time dateTime={event.at}>{timeText(event.at)}</time>
              </td>
              <td data-label="Who">
                <Who event={event} />
              </td>
              <td data-label="What">
                <What event={event} />
              </td>
              <td data-label="Why">{reasonInWords(event)}</td>
              <td class="nowrap" data-label="Lag">
                {event.lagSeconds === null ? '–' : durationText(event.lagSeconds)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Who({ event: { person, memberId, act } }: { event: Activity }) {
  if (person === null) {
    const actor = act !== null && memberId === 'stytch' ? 'outside of Scanner' : memberId;
    return <span class="quiet">{actor ?? 'the team'}</span>;
  }
  return (
    <div>
      {person.name !== '' && <div>{person.name}</div>}
      <div class="quiet">{person.email}</div>
    </div>
  );
}

function What({ event: { outcome, changes, changesTotal, act } }: { event: Activity }) {
  if (act !== null) return <>{actInWords(act)}</>;
  if (changes.length === 0) return <span class="quiet">{outcomeWords[outcome] ?? outcome}</span>;
  return (
    <ul class="plain">
      {[...changes].sort(byWeight).map((change) => (
        <li key={JSON.stringify(change)} class={isBackground(change) ? 'quiet' : undefined}>
          {changeInWords(change)}
        </li>
      ))}
      {changesTotal > changes.length && (
        <li class="quiet">and {(changesTotal - changes.length).toLocaleString('en')} more</li>
      )}
    </ul>
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
  superseded: 'Superseded by a newer read',
  unknown_member: 'Unknown to Scanner',
  reread: 'Team will be read again',
  held: 'Held for a decision',
};
