import type { Hint } from '../../src/directory/hint.js';
import { hintJob } from '../../src/jobs.js';
import { connectProducer } from '../../src/queue/produce.js';
import { eventually } from '../support/eventually.js';
import type { Bench } from './machine.js';

/** Puts hints into the queue without a receiver, for scenarios whose subject is the worker. */
export async function queueHints(bench: Bench, organizationId: string, memberIds: readonly string[]): Promise<void> {
  const queue = connectProducer({ redisUrl: bench.redisUrl, databaseUrl: bench.databaseUrl }, () => {});
  await eventually(() => queue.ping());
  for (let i = 0; i < memberIds.length; i += 1000) {
    await queue.add(
      memberIds.slice(i, i + 1000).map((memberId) => hintJob(hintAbout(organizationId, memberId))),
      { deadlineMs: 60_000 },
    );
  }
  await queue.close();
}

function hintAbout(organizationId: string, memberId: string): Hint {
  const now = new Date().toISOString();
  return {
    svixId: `msg_${crypto.randomUUID().replaceAll('-', '')}`,
    eventId: `webhook-event-test-${crypto.randomUUID()}`,
    eventType: 'scim.member.update',
    ...{ sentAt: now, receivedAt: now, organizationId, memberIds: [memberId], memberGone: false },
  };
}

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
