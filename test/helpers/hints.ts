import type { Hint } from '../../src/directory/hint.js';
import type { QueueHome } from '../../src/queue/backend.js';
import { hintJob } from '../../src/queue/jobs.js';
import { connectProducer } from '../../src/queue/produce.js';
import { eventually } from './eventually.js';

/** Puts hints into the queue without a receiver, for scenarios whose subject is the worker. */
export async function queueHints(
  home: QueueHome,
  organizationId: string,
  memberIds: readonly string[],
  { ageMs = 0, memberGone = false, isTimed = true }: { ageMs?: number; memberGone?: boolean; isTimed?: boolean } = {},
): Promise<void> {
  const queue = connectProducer(home, () => {});
  await eventually(() => queue.trialWrite());
  for (let i = 0; i < memberIds.length; i += 1000) {
    await queue.add(
      memberIds.slice(i, i + 1000).map((memberId) =>
        hintJob({
          ...hintAbout(organizationId, memberId),
          ...{ sentAt: ago(ageMs), receivedAt: ago(ageMs), memberGone },
          ...(isTimed ? { isTimed } : {}),
        }),
      ),
      { deadlineMs: 60_000 },
    );
  }
  await queue.close();
}

function ago(ms: number): string {
  return new Date(Date.now() - ms).toISOString();
}

function hintAbout(organizationId: string, memberId: string): Omit<Hint, 'sentAt' | 'receivedAt' | 'memberGone'> {
  return {
    svixId: `msg_${crypto.randomUUID().replaceAll('-', '')}`,
    eventId: `webhook-event-test-${crypto.randomUUID()}`,
    eventType: 'scim.member.update',
    ...{ organizationId, memberIds: [memberId] },
  };
}
