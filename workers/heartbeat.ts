import { writeFile } from 'node:fs/promises';
import type { Log } from '../src/log/log.js';
import { createOutageLog } from '../src/log/outage-log.js';
import { atInterval, type Repeating } from '../src/process/interval.js';

const beatEveryMs = 5_000;

/**
 * Touches a file every few seconds, as long as this process computes. A worker has no port, so a probe looks at the file's age
 * (deploy/kubernetes/worker.yaml). It asks no dependency, because a restart would not repair the database.
 */
export function startHeartbeat(file: string, log: Log): Repeating {
  const outage = createOutageLog(log, 'heartbeat');
  return atInterval(beatEveryMs, () => writeFile(file, '').then(outage.succeeded, outage.failed), { atOnce: true });
}
