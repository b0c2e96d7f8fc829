import type { Hint } from '../directory/hint.js';
import type { Occasion, Outcome } from '../directory/sync-event.js';
import type { Log } from '../log/log.js';
import { limitPerMinute } from '../log/rate-limited-line.js';
import type { Metrics } from './metrics.js';

/** What somebody should know of, and no row shows. */
export type Notices = {
  /** Rows with a date in the future: a clock was ahead. */
  datedAhead(rows: number): void;
  /** A search was thrown away: asked directly, Stytch said something else. */
  searchRefuted(teamId: string): void;
};

/** What became of events, for metrics and the log. Ids and times only. */
export type Observer = Notices & {
  /** Stytch did not end the sessions of a leaver. */
  sessionsKept(failure: { memberIds: string[]; attempt: number; error: string }): void;
  /** A hint was handled. A recheck may follow. */
  handled(hint: Hint, outcome: Outcome): void;
  /** A recheck found a change that the first read missed. It was committed just now. */
  recheckChanged(occasion: Occasion, memberId: string): void;
  /** All attempts failed; its job waits for support. */
  givenUp(): void;
  swept(changed: number): void;
};

/** After an outage of hours each event of them is late. sync_events has them all. */
const breachesAMinuteMax = 100;

export function createObserver(parts: {
  metrics: Metrics;
  log: Log;
  slaSeconds: number;
  /** By the clock that hints are stamped with. */
  now: () => Date;
}): Observer {
  const { metrics, log, slaSeconds, now } = parts;
  const tellBreach = limitPerMinute(breachesAMinuteMax, (breach: object, untold) =>
    log.error({ ...breach, ...(untold > 0 ? { untold } : {}) }, 'SLA breached: the change was committed too late'),
  );
  const committed = (sentAt: string, ids: object, outcome: Outcome) => {
    const lagSeconds = lagOf(sentAt, now());
    metrics.eventLag.observe(lagSeconds);
    // An old event that is sent again and finds everything right is late for nobody.
    if (outcome !== 'changed' || lagSeconds <= slaSeconds) return;
    metrics.breaches.inc();
    tellBreach({ ...ids, lagSeconds, slaSeconds });
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
      log.warn({ count }, "rows were dated in the future and count as never read: check the database server's clock");
    },
    sessionsKept: (failure) => log.warn(failure, "could not end a leaver's Stytch sessions, will be tried again"),
    searchRefuted: (teamId) => {
      metrics.searchesRefuted.inc();
      log.error(
        { teamId },
        'a search of Stytch was thrown away: asked directly, Stytch says that people have more roles',
      );
    },
  };
}

/** Seconds since then; a clock that differs makes none of them negative. */
function lagOf(sentAt: string, now: Date): number {
  return Math.max(0, (now.getTime() - Date.parse(sentAt)) / 1000);
}
