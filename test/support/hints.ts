import type { Hint } from '../../src/directory/hint.js';
import { hintJob } from '../../src/jobs.js';
import type { QueueHome } from '../../src/queue/backend.js';
import { connectProducer } from '../../src/queue/produce.js';
import { eventually } from './eventually.js';

/** Puts hints into the queue without a receiver, for scenarios whose subject is the worker. */
export async function queueHints(home: QueueHome, organizationId: string, memberIds: readonly string[]): Promise<void> {
  const queue = connectProducer(home, () => {});
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
