import type { Config } from '../src/config.js';
import { type RereadTiming, replayStep } from '../src/jobs.js';
import { type Running, runProcess } from '../src/lifecycle.js';
import type { Log } from '../src/log.js';
import { createContext } from './context.js';
import { startHints } from './hints.js';
import { startLeavers } from './leavers.js';
import { startRereads } from './rereads.js';

/** A worker process; any number of them may run side by side, and any may die. */
export async function startWorker(config: Config, log: Log, timing?: RereadTiming): Promise<Running> {
  const context = createContext(config, log, timing);
  // Replays that were asked for while no worker was there, or whose next step was lost with the queue.
  context.producer.add([replayStep(0)]).catch(() => {});
  const consumers = [startLeavers(context), startHints(context), startRereads(context)];
  return {
    stop: async () => {
      await Promise.all(consumers.map((consumer) => consumer.close()));
      await context.close();
    },
  };
}

if (require.main === module) void runProcess('worker', (config, log) => startWorker(config, log));
