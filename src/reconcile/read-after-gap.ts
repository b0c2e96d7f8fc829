import { setTimeout as sleep } from 'node:timers/promises';
import { describeFailure } from '../failures.js';
import type { Log } from '../log.js';
import type { Rereads } from './rereads.js';

/** What was away, or has just begun to listen: meanwhile events may have been missed. */
export type Gap = 'queue' | 'database' | 'stytch' | 'worker' | 'receiver';

export type GapReader = {
  /** Has every team read, as soon as the queue takes the request. Safe to ask for at any time: those that wait are one. */
  after(gap: Gap): Promise<void>;
  /** Nothing more is asked for; who starts next does it anyway. */
  close(): void;
};

/** @param againAfterMs a queue that has just come back may refuse at first */
export function readAfterGaps(rereads: Pick<Rereads, 'everyTeam'>, log: Log, againAfterMs = 1_000): GapReader {
  let isClosed = false;
  return {
    after: async (gap) => {
      log.info({ what: gap }, 'reading every team after a gap');
      while (!isClosed) {
        const failure = await rereads.everyTeam({ trigger: 'sweep' }).then(() => null, describeFailure);
        if (failure === null) return;
        log.warn({ what: gap, error: failure }, 'could not ask for every team to be read, will ask again');
        await sleep(againAfterMs, undefined, { ref: false });
      }
    },
    close: () => {
      isClosed = true;
    },
  };
}
