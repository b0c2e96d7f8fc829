import type { Database } from '../../database/database.js';
import type { JobHandler } from '../../queue/consume.js';
import { postpone } from './claim-schedules.js';

/** The schedule is put off by so much, and again in time. */
const putOffMs = 15_000;
const againAfterMs = 5_000;

/** Puts a schedule off for as long as the queue hands out the jobs that make it unnecessary, to whichever worker. */
export function postponing(database: Database, name: string, handle: JobHandler): JobHandler {
  let inHand = 0;
  let lastAt = 0;
  let timer: NodeJS.Timeout | undefined;
  const keepOff = () => {
    if (performance.now() - lastAt < againAfterMs) return;
    lastAt = performance.now();
    postpone(database, name, putOffMs).catch(() => {}); // then it runs although it need not, which is safe
  };
  return async (job) => {
    keepOff();
    if (inHand++ === 0) timer = setInterval(keepOff, againAfterMs).unref();
    try {
      return await handle(job);
    } finally {
      if (--inHand === 0) clearInterval(timer);
    }
  };
}
