import { atInterval } from '../process/interval.js';
import { type Database, databaseClock } from './database.js';

/**
 * The database's clock without a question each time: what the receiver stamps hints with, so that their times can be
 * compared with fences whatever the clock of its own machine says.
 */
export type SharedClock = {
  /** Now. Not `isTimed` while the database was not heard of for too long: then by this machine's own clock. */
  now(): { at: Date; isTimed: boolean };
  /** Seconds by which this machine's clock is ahead of the database's; null while nobody knows. */
  offsetSeconds(): number | null;
  stop(): Promise<void>;
};

const askEveryMs = 5_000;
/** Nobody's quartz drifts by a second in this time. */
const goodForMs = 60_000;
/** Half of a slow answer's time would be too much of an error. */
const slowestAnswerMs = 1_000;
/** Clocks that differ by more are told of: certificates, signatures and logs suffer before we do. */
const differsBySeconds = 5;

export const clockDiffers = "this machine's clock differs from the database's: set up NTP on both";

/**
 * Asks the database for the time every few seconds, and counts on from there with the process's own monotonic clock, which no
 * correction of the machine's time moves.
 * @param onDiffers told when the machine's clock begins to differ from the database's
 */
export function sharedClock(database: Database, onDiffers: (seconds: number) => void): SharedClock {
  let known: { offsetMs: number; atMs: number; tookMs: number } | null = null;
  let isTold = false;
  const age = () => (known === null ? Number.POSITIVE_INFINITY : performance.now() - known.atMs);
  const isGood = () => age() < goodForMs;
  const offsetSeconds = () => (known && isGood() ? (Date.now() - (performance.now() + known.offsetMs)) / 1000 : null);
  const ask = async () => {
    const askedAtMs = performance.now();
    const answer = await databaseClock(database).catch(() => null);
    const tookMs = performance.now() - askedAtMs;
    if (answer === null || tookMs > slowestAnswerMs) return;
    // A quick answer is the more exact one, for as long as it is young.
    if (known === null || tookMs <= known.tookMs || age() > goodForMs / 2)
      known = { offsetMs: Date.parse(answer) - (askedAtMs + tookMs / 2), atMs: askedAtMs, tookMs };
    const differs = Math.abs(offsetSeconds() ?? 0) > differsBySeconds;
    if (differs && !isTold) onDiffers(offsetSeconds() ?? 0);
    isTold = differs;
  };
  void ask();
  const asking = atInterval(askEveryMs, ask);
  return {
    now: () => {
      if (known === null || !isGood()) return { at: new Date(), isTimed: false };
      return { at: new Date(performance.now() + known.offsetMs), isTimed: true };
    },
    offsetSeconds,
    stop: () => asking.stop(),
  };
}
