import { eventually } from '../helpers/eventually.js';
import { queueHints } from '../helpers/hints.js';
import { inspectQueue } from '../helpers/queue.js';
import { freePort } from '../local/ports.js';
import type { Bench, ServerOptions } from './machine.js';
import { secondsOf } from './measure.js';
import type { People } from './people.js';

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

/** A receiver that takes webhooks. @returns its port */
export async function readyReceiver(bench: Bench, options: ServerOptions = {}): Promise<number> {
  const port = await freePort();
  bench.server(port, options);
  await eventually(async () => (await fetch(`http://127.0.0.1:${port}/readyz`)).status === 200, 30_000);
  return port;
}

/** Hints about all of these people, waiting; and from when the queue is let go, how long `done` takes. */
export async function secondsForHints(
  bench: Bench,
  people: readonly People[],
  done: () => Promise<void>,
): Promise<number> {
  await inspectQueue(bench, 'hints', (queue) => queue.pause());
  for (const { organizationId, memberIds } of people) await queueHints(bench, organizationId, memberIds);
  await inspectQueue(bench, 'hints', (queue) => queue.resume());
  return secondsOf(done);
}
