import { eventually } from '../support/eventually.js';
import type { Bench } from './machine.js';

/** Until so many hints have ended in sync_events. */
export async function handled(bench: Bench, count: number, withinMs: number): Promise<void> {
  await eventually(async () => {
    const found = await bench.database.syncEvent.count({ where: { trigger: 'hint' } });
    if (found < count) throw new Error(`${found} of ${count} events are handled.`);
  }, withinMs);
}

/** A worker with nothing to do, its connections made. */
export async function idleWorker(bench: Bench, env: Record<string, string> = {}): Promise<void> {
  const before = await bench.database.workerReport.count();
  bench.worker(env);
  await eventually(async () => (await bench.database.workerReport.count()) > before, 30_000);
}
