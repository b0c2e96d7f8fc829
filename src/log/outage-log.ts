import { describeFailure } from '../errors/errors.js';
import type { Log } from './log.js';

/**
 * What is said of something outside that stops working: a line when that begins, one a minute with a count, one when it is
 * over. Told of each failure and each success; of those there may be thousands a second.
 */
export type OutageLog = {
  failed(error: unknown): void;
  succeeded(): void;
};

const minuteMs = 60_000;
/** What fails now and then, and works in between, is one outage: over only when nothing has failed for this long. */
const calmMs = 10_000;
/** The same reason is told once a minute, and of several at most so many: they may name ids, and then no two are the same. */
const reasonsAMinuteMax = 3;

type Outage = { since: number; lastFailure: number; failures: number; isTold: boolean };

/** @param what as the log's field `what`: queue, database, stytch … @param now milliseconds, of any clock */
export function createOutageLog(log: Log, what: string, now: () => number = Date.now): OutageLog {
  const toldAt = new Map<string, number>();
  let outage: Outage | null = null;
  const mayTell = (reason: string) => {
    for (const [one, at] of toldAt) if (now() - at >= minuteMs) toldAt.delete(one);
    return !toldAt.has(reason) && toldAt.size < reasonsAMinuteMax;
  };
  const tell = ({ failures, since, isTold }: Outage, error: string) => {
    toldAt.set(error, now());
    if (isTold) log.warn({ what, error, count: failures, lastedSeconds: secondsSince(since) }, 'still failing');
    else log.warn({ what, error, count: failures }, 'failing');
  };
  const secondsSince = (at: number) => Math.round((now() - at) / 1000);
  return {
    failed: (error) => {
      if (outage !== null && now() - outage.lastFailure >= minuteMs) outage = null; // over, though nobody said so
      outage ??= { since: now(), lastFailure: now(), failures: 0, isTold: false };
      outage.lastFailure = now();
      outage.failures += 1;
      const reason = describeFailure(error);
      if (!mayTell(reason)) return;
      tell(outage, reason);
      outage.isTold = true;
    },
    succeeded: () => {
      if (outage === null || now() - outage.lastFailure < calmMs) return;
      const { isTold, failures, since } = outage;
      if (isTold) log.info({ what, count: failures, lastedSeconds: secondsSince(since) }, 'works again');
      outage = null;
    },
  };
}
