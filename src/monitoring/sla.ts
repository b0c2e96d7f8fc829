import { asRecord } from '../directory/json.js';
import type { PendingJob } from '../queue/watch.js';

/** Ids and age of a hint that is accepted and not handled yet. */
export type PendingHint = { svixId: unknown; eventId: unknown; memberIds: unknown; ageSeconds: number };

/** The oldest pending hint. Null if there is none. @param nowMs milliseconds since 1970 */
export function oldestPending(jobs: readonly PendingJob[], nowMs: number): PendingHint | null {
  const hints = jobs.map(({ data }) => pendingHint(asRecord(data), nowMs));
  return hints.reduce<PendingHint | null>(
    (oldest, hint) => (oldest && oldest.ageSeconds >= hint.ageSeconds ? oldest : hint),
    null,
  );
}

function pendingHint({ svixId, eventId, memberIds, sentAt }: Record<string, unknown>, nowMs: number): PendingHint {
  const sentMs = Date.parse(String(sentAt));
  // An unreadable job, or a sender's clock ahead of ours, counts as zero seconds.
  const ageSeconds = Number.isNaN(sentMs) ? 0 : Math.max(0, (nowMs - sentMs) / 1000);
  return { svixId, eventId, memberIds, ageSeconds };
}
