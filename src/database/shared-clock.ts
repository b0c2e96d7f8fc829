import { atInterval } from '../process/interval.js';
import { type Database, databaseClock } from './database.js';

/**
 * The database's clock without a query each time. The receiver stamps hints with it, so their times are comparable with
 * fences, whatever the clock of its own machine says.
 */
export type SharedClock = {
  /** Now. `isTimed` is false when the database has not answered for too long. Then `at` is this machine's own time. */
  now(): { at: Date; isTimed: boolean };
  /** Seconds by which this machine's clock is ahead of the database's. Null when unknown. */
  offsetSeconds(): number | null;
  stop(): Promise<void>;
};

const askEveryMs = 5_000;
/** No machine's clock drifts by a second in this time. */
const goodForMs = 60_000;
/** The error of a measurement is up to half of the answer's time, so slower answers are not used. */
const slowestAnswerMs = 1_000;
/** A larger difference is logged: certificates, signatures and logs fail before we do. */
const differsBySeconds = 5;

export const clockDiffers = "this machine's clock differs from the database's: set up NTP on both";

/**
 * Reads the database's clock every few seconds. In between it uses the process's monotonic clock, which corrections of the
 * machine's time do not change.
 * @param onDiffers called when the machine's clock starts to differ from the database's
 */
export function sharedClock(database: Database, onDiffers: (seconds: number) => void): SharedClock {
  let known: { offsetMs: number; atMs: number; tookMs: number } | null = null;
  let isReported = false;
  const age = () => (known === null ? Number.POSITIVE_INFINITY : performance.now() - known.atMs);
  const isGood = () => age() < goodForMs;
  const offsetSeconds = () => (known && isGood() ? (Date.now() - (performance.now() + known.offsetMs)) / 1000 : null);
  const measure = async () => {
    const startedMs = performance.now();
    const answer = await databaseClock(database).catch(() => null);
    const tookMs = performance.now() - startedMs;
    if (answer === null || tookMs > slowestAnswerMs) return;
    // Faster answers are more exact. Keep the fastest one while it is fresh.
    if (known === null || tookMs <= known.tookMs || age() > goodForMs / 2)
      known = { offsetMs: Date.parse(answer) - (startedMs + tookMs / 2), atMs: startedMs, tookMs };
    const differs = Math.abs(offsetSeconds() ?? 0) > differsBySeconds;
    if (differs && !isReported) onDiffers(offsetSeconds() ?? 0);
    isReported = differs;
  };
  void measure();
  const measuring = atInterval(askEveryMs, measure);
  return {
    now: () => {
      if (known === null || !isGood()) return { at: new Date(), isTimed: false };
      return { at: new Date(performance.now() + known.offsetMs), isTimed: true };
    },
    offsetSeconds,
    stop: () => measuring.stop(),
  };
}
