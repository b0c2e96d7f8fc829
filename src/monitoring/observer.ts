import type { Hint } from '../directory/hint.js';
import type { Occasion, Outcome } from '../directory/sync-event.js';
import type { Log } from '../log/log.js';
import { limitPerMinute } from '../log/rate-limited-line.js';
import type { Metrics } from './metrics.js';

/** Findings that no row shows, but an operator should know. */
export type Notices = {
  /** Rows have a date in the future: a clock was ahead. */
  datedAhead(rows: number): void;
  /** A search was discarded because a direct read disagreed. */
  searchRefuted(teamId: string): void;
};

/** Reports the outcome of events to metrics and the log. Ids and times only. */
export type Observer = Notices & {
  /** Stytch did not end the sessions of a leaver. */
  sessionsKept(failure: { memberIds: string[]; attempt: number; error: string }): void;
  /** A hint was handled. A recheck may follow. */
  handled(hint: Hint, outcome: Outcome): void;
  /** A recheck found a change that the first read missed. It was committed just now. */
  recheckChanged(occasion: Occasion, memberId: string): void;
  /** All attempts failed. The job waits for support. */
  givenUp(): void;
  swept(changed: number): void;
};

/** After an outage of hours every event is late. sync_events has them all. */
const breachesAMinuteMax = 100;

export function createObserver(parts: {
  metrics: Metrics;
  log: Log;
  slaSeconds: number;
  /** The clock that hints are stamped with. */
  now: () => Date;
}): Observer {
  const { metrics, log, slaSeconds, now } = parts;
  const logBreach = limitPerMinute(breachesAMinuteMax, (breach: object, dropped) =>
    log.error(
      { ...breach, ...(dropped > 0 ? { untold: dropped } : {}) },
      'SLA breached: the change was committed too late',
    ),
  );
  const committed = (sentAt: string, ids: object, outcome: Outcome) => {
    const lagSeconds = lagOf(sentAt, now());
    metrics.eventLag.observe(lagSeconds);
    // An old event that Svix sends again is no breach if it changes nothing.
    if (outcome !== 'changed' || lagSeconds <= slaSeconds) return;
    metrics.breaches.inc();
    logBreach({ ...ids, lagSeconds, slaSeconds });
  };
  return {
    handled: (hint, outcome) => {
      const { svixId, eventId, eventType, organizationId, memberIds } = hint;
      const ids = { svixId, eventId, eventType, organizationId, memberIds };
      metrics.events.inc({ outcome });
      committed(hint.sentAt, ids, outcome);
      log.info({ ...ids, outcome, lagSeconds: lagOf(hint.sentAt, now()) }, 'hint handled');
    },
    recheckChanged: ({ svixId, eventId, eventType, sentAt }, memberId) => {
      if (sentAt !== undefined) committed(sentAt, { svixId, eventId, eventType, memberIds: [memberId] }, 'changed');
    },
    givenUp: () => metrics.events.inc({ outcome: 'failed' }),
    swept: (changed) => metrics.sweeps.inc({ result: changed > 0 ? 'changed' : 'unchanged' }),
    datedAhead: (count) => {
      metrics.impossibleTimes.inc(count);
      log.warn({ count }, "rows have a date in the future and count as never read: check the database server's clock");
    },
    sessionsKept: (failure) => log.warn(failure, "could not end a leaver's Stytch sessions, will be retried"),
    searchRefuted: (teamId) => {
      metrics.searchesRefuted.inc();
      log.error({ teamId }, 'discarded a search of Stytch: a direct read shows more roles than the search');
    },
  };
}

/** Seconds since then. Never negative, even if the clocks differ. */
function lagOf(sentAt: string, now: Date): number {
  return Math.max(0, (now.getTime() - Date.parse(sentAt)) / 1000);
}
