import type { Database } from '../../database/database.js';
import type { JobHandler } from '../../queue/consume.js';
import { postpone } from './claim-schedules.js';

/** Postponed by 15 s, and again every 5 s. */
const postponeMs = 15_000;
const renewAfterMs = 5_000;

/** Postpones a schedule while the queue hands out the jobs that make it unnecessary, to this worker or any other. */
export function postponeWhileHandling(database: Database, name: string, handle: JobHandler): JobHandler {
  let running = 0;
  let lastAt = 0;
  let timer: NodeJS.Timeout | undefined;
  const renew = () => {
    if (performance.now() - lastAt < renewAfterMs) return;
    lastAt = performance.now();
    postpone(database, name, postponeMs).catch(() => {}); // then the schedule runs unnecessarily, which is safe
  };
  return async (job) => {
    renew();
    if (running++ === 0) timer = setInterval(renew, renewAfterMs).unref();
    try {
      return await handle(job);
    } finally {
      if (--running === 0) clearInterval(timer);
    }
  };
}
