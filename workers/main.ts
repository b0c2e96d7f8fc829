import type { Config } from '../src/config/config.js';
import type { Log } from '../src/log/log.js';
import { openTracing } from '../src/monitoring/tracing/open-tracing.js';
import { type Running, runProcess } from '../src/process/lifecycle.js';
import { createContext, type WorkerOptions } from './context.js';
import { startHints } from './hints.js';
import { startHousekeeping } from './housekeeping.js';
import { startLeavers } from './leavers.js';
import { startReplays } from './replays.js';
import { startRereads } from './rereads.js';
import { sweepDependencies } from './sweep-dependencies.js';
import { startSweeps } from './sweeps.js';

/** Starts a worker process. Any number of workers may run side by side, and any of them may die. */
export async function startWorker(config: Config, log: Log, options: WorkerOptions = {}): Promise<Running> {
  const context = createContext(config, log, await openTracing(config, 'worker', log), options);
  const sweeping = sweepDependencies(context);
  const consumers = [
    startLeavers(context),
    startHints(context),
    startRereads(context),
    startSweeps(context, sweeping),
    startReplays(context),
  ];
  const housekeeping = startHousekeeping(context, sweeping, config, options);
  return {
    stop: async () => {
      // In parallel: each may wait ten seconds for a queue that does not answer, and the process has twenty seconds to stop.
      await Promise.all([housekeeping.stop(), ...consumers.map((consumer) => consumer.close())]);
      await housekeeping.report();
      await context.close();
    },
  };
}

if (require.main === module) void runProcess('worker', (config, log) => startWorker(config, log));
