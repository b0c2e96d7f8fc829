import { describeFailure } from '../errors/errors.js';
import type { Log } from './log.js';

/**
 * Logs outages of one dependency: a line when it starts failing, one a minute with a count, and one when it works again. Call
 * it for each failure and each success. There may be thousands a second.
 */
export type OutageLog = {
  failed(error: unknown): void;
  succeeded(): void;
};

const minuteMs = 60_000;
/** Failures with successes in between are one outage. It is over when nothing has failed for this long. */
const calmMs = 10_000;
/** One reason is logged once a minute. Reasons may contain ids, so that no two are the same, so their number is limited too. */
const reasonsAMinuteMax = 3;

type Outage = { since: number; lastFailure: number; failures: number; isLogged: boolean };

/** @param what the log's field `what`: queue, database, stytch … @param now milliseconds, of any clock */
export function createOutageLog(log: Log, what: string, now: () => number = Date.now): OutageLog {
  const loggedAt = new Map<string, number>();
  let outage: Outage | null = null;
  const mayLog = (reason: string) => {
    for (const [one, at] of loggedAt) if (now() - at >= minuteMs) loggedAt.delete(one);
    return !loggedAt.has(reason) && loggedAt.size < reasonsAMinuteMax;
  };
  const write = ({ failures, since, isLogged }: Outage, error: string) => {
    loggedAt.set(error, now());
    if (isLogged) log.warn({ what, error, count: failures, lastedSeconds: secondsSince(since) }, 'still failing');
    else log.warn({ what, error, count: failures }, 'failing');
  };
  const secondsSince = (at: number) => Math.round((now() - at) / 1000);
  return {
    failed: (error) => {
      if (outage !== null && now() - outage.lastFailure >= minuteMs) outage = null; // over, although no success was reported
      outage ??= { since: now(), lastFailure: now(), failures: 0, isLogged: false };
      outage.lastFailure = now();
      outage.failures += 1;
      const reason = describeFailure(error);
      if (!mayLog(reason)) return;
      write(outage, reason);
      outage.isLogged = true;
    },
    succeeded: () => {
      if (outage === null || now() - outage.lastFailure < calmMs) return;
      const { isLogged, failures, since } = outage;
      if (isLogged) log.info({ what, count: failures, lastedSeconds: secondsSince(since) }, 'works again');
      outage = null;
    },
  };
}
