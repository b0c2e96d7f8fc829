import type { SharedClock } from '../database/shared-clock.js';
import type { OutageLog } from '../log/outage-log.js';
import { atInterval, type Repeating } from '../process/interval.js';

/** Half of the schedules' five seconds: while they run, every second probe of the database is unnecessary. */
const probeEveryMs = 2_500;

/** `answered`: call it when the database has answered something else. */
export type DatabaseProbe = Repeating & { answered(): void };

/** Asks the database for its time every few seconds, unless it has just answered something else. Reports each result. */
export function probeDatabase(clock: Pick<SharedClock, 'measure'>, outage: OutageLog): DatabaseProbe {
  let answeredAtMs = Number.NEGATIVE_INFINITY;
  const probe = async () => {
    if (performance.now() - answeredAtMs < probeEveryMs) return;
    await clock.measure().then(outage.succeeded, outage.failed);
  };
  return {
    ...atInterval(probeEveryMs, probe),
    answered: () => {
      answeredAtMs = performance.now();
      outage.succeeded();
    },
  };
}
