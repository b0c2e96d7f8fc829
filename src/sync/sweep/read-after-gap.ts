import { setTimeout as sleep } from 'node:timers/promises';
import type { Rereads } from '../../directory/rereads.js';
import { describeFailure } from '../../errors/errors.js';
import type { Log } from '../../log/log.js';

/** What was unavailable, or has just started. Events may have been missed meanwhile. */
export type Gap = 'queue' | 'database' | 'stytch' | 'worker' | 'receiver';

export type GapReader = {
  /** Requests a sweep of every team, as soon as the queue accepts it. Requests that wait are merged, so it may be called often. */
  after(gap: Gap): Promise<void>;
  /** Stops requesting. The next process to start sweeps every team anyway. */
  close(): void;
};

/** @param againAfterMs the pause after the queue refused; its probe reports what is wrong */
export function readAfterGaps(rereads: Pick<Rereads, 'everyTeam'>, log: Log, againAfterMs = 1_000): GapReader {
  const gaps = new Set<Gap>();
  let isClosed = false;
  let requesting: Promise<void> | null = null;
  const request = async () => {
    while (gaps.size > 0 && !isClosed) {
      const requested = [...gaps];
      gaps.clear(); // a gap that is added during the request needs a request of its own
      const failure = await rereads.everyTeam({ trigger: 'sweep' }).then(() => null, describeFailure);
      if (failure === null) log.info({ what: requested.join() }, 'reading every team after a gap');
      else await sleep(againAfterMs, undefined, { ref: false });
      if (failure !== null) for (const gap of requested) gaps.add(gap);
    }
    requesting = null;
  };
  return {
    after: (gap) => {
      gaps.add(gap);
      requesting ??= request();
      return requesting;
    },
    close: () => {
      isClosed = true;
    },
  };
}
