import { setTimeout as sleep } from 'node:timers/promises';
import type { Rereads } from '../../directory/rereads.js';
import { describeFailure } from '../../errors/errors.js';
import type { Log } from '../../log/log.js';

/** What was away, or has just begun to listen: meanwhile events may have been missed. */
export type Gap = 'queue' | 'database' | 'stytch' | 'worker' | 'receiver';

export type GapReader = {
  /** Has every team read, as soon as the queue takes the request. Safe to ask for at any time: those that wait are one. */
  after(gap: Gap): Promise<void>;
  /** Nothing more is asked for; who starts next does it anyway. */
  close(): void;
};

/** @param againAfterMs a queue that has just come back may refuse at first; what is wrong with it is told of by its probe */
export function readAfterGaps(rereads: Pick<Rereads, 'everyTeam'>, log: Log, againAfterMs = 1_000): GapReader {
  const gaps = new Set<Gap>();
  let isClosed = false;
  let asking: Promise<void> | null = null;
  const ask = async () => {
    while (gaps.size > 0 && !isClosed) {
      const asked = [...gaps];
      gaps.clear(); // one that comes while we ask may be younger than what is read then
      const failure = await rereads.everyTeam({ trigger: 'sweep' }).then(() => null, describeFailure);
      if (failure === null) log.info({ what: asked.join() }, 'reading every team after a gap');
      else await sleep(againAfterMs, undefined, { ref: false });
      if (failure !== null) for (const gap of asked) gaps.add(gap);
    }
    asking = null;
  };
  return {
    after: (gap) => {
      gaps.add(gap);
      asking ??= ask();
      return asking;
    },
    close: () => {
      isClosed = true;
    },
  };
}
