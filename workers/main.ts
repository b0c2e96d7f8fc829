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

/** A worker process; any number of them may run side by side, and any may die. */
export async function startWorker(config: Config, log: Log, options: WorkerOptions = {}): Promise<Running> {
  const context = createContext(config, log, await openTracing(config, 'worker', log), options);
  const sweeping = sweepDependencies(context);
  const first = [startLeavers(context), startHints(context), startRereads(context)];
  const parts = [...first, startSweeps(context, sweeping), startReplays(context)];
  const selfCare = startHousekeeping(context, sweeping, config, options);
  return {
    stop: async () => {
      // Side by side: each may wait ten seconds for a queue that does not answer, and all together have twenty.
      await Promise.all([selfCare.stop(), ...parts.map((consumer) => consumer.close())]);
      await selfCare.report();
      await context.close();
    },
  };
}

if (require.main === module) void runProcess('worker', (config, log) => startWorker(config, log));
