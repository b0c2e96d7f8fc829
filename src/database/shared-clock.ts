import { atInterval } from '../process/interval.js';
import { type Database, probedClock } from './database.js';

/**
 * The database's clock without a query each time. The receiver stamps hints with it, so their times are comparable with
 * fences, whatever the clock of its own machine says.
 */
export type SharedClock = {
  /** Now. `isTimed` is false when the database has not answered for too long. Then `at` is this machine's own time. */
  now(): { at: Date; isTimed: boolean };
  /** Asks the database now. A caller that needs to know whether the database answers measures the clock on the way. @throws its error */
  measure(): Promise<void>;
  /** Seconds by which this machine's clock is ahead of the database's. Null when unknown. */
  offsetSeconds(): number | null;
  stop(): Promise<void>;
};

/** How often it looks whether the database has to be asked. */
const lookEveryMs = 5_000;
/** Nobody else has asked for this long, or the last answers failed. Longer than the server's own interval of probes (15 s). */
const askAfterMs = 17_500;
/** No machine's clock drifts by a second in this time. */
const goodForMs = 60_000;
/** The error of a measurement is up to half of the answer's time, so slower answers are not used. */
const slowestAnswerMs = 1_000;
/** A larger difference is logged: certificates, signatures and logs fail before we do. */
const differsBySeconds = 5;

export const clockDiffers = "this machine's clock differs from the database's: set up NTP on both";

/**
 * Reads the database's clock several times a minute. In between it uses the process's monotonic clock, which corrections of the
 * machine's time do not change.
 * @param onDiffers called when the machine's clock starts to differ from the database's
 */
export function sharedClock(database: Database, onDiffers: (seconds: number) => void): SharedClock {
  let known: { offsetMs: number; atMs: number; tookMs: number } | null = null;
  let isReported = false;
  const age = () => (known === null ? Number.POSITIVE_INFINITY : performance.now() - known.atMs);
  const isGood = () => age() < goodForMs;
  const offsetSeconds = () => (known && isGood() ? (Date.now() - (performance.now() + known.offsetMs)) / 1000 : null);
  let answeredAtMs = Number.NEGATIVE_INFINITY;
  const measure = async () => {
    const startedMs = performance.now();
    const answer = await probedClock(database);
    const tookMs = performance.now() - startedMs;
    if (tookMs > slowestAnswerMs) return;
    answeredAtMs = startedMs;
    // Faster answers are more exact. Keep the fastest one while it is fresh.
    if (known === null || tookMs <= known.tookMs || age() > goodForMs / 2)
      known = { offsetMs: Date.parse(answer) - (startedMs + tookMs / 2), atMs: startedMs, tookMs };
    const differs = Math.abs(offsetSeconds() ?? 0) > differsBySeconds;
    if (differs && !isReported) onDiffers(offsetSeconds() ?? 0);
    isReported = differs;
  };
  const measureIfDue = async () => {
    if (performance.now() - answeredAtMs >= askAfterMs) await measure().catch(() => {}); // a probe reports it
  };
  void measureIfDue();
  const measuring = atInterval(lookEveryMs, measureIfDue);
  return {
    now: () => {
      if (known === null || !isGood()) return { at: new Date(), isTimed: false };
      return { at: new Date(performance.now() + known.offsetMs), isTimed: true };
    },
    measure,
    offsetSeconds,
    stop: () => measuring.stop(),
  };
}
