import { asRecord } from '../directory/json.js';
import type { PendingJob } from '../queue/watch.js';

/** Ids and age of a hint that is accepted and not settled. */
export type PendingHint = { svixId: unknown; eventId: unknown; memberIds: unknown; ageSeconds: number };

/** The oldest of the pending hints; null if there is none. @param nowMs milliseconds since 1970 */
export function oldestPending(jobs: readonly PendingJob[], nowMs: number): PendingHint | null {
  const hints = jobs.map(({ data }) => pendingHint(asRecord(data), nowMs));
  return hints.reduce<PendingHint | null>(
    (oldest, hint) => (oldest && oldest.ageSeconds >= hint.ageSeconds ? oldest : hint),
    null,
  );
}

function pendingHint({ svixId, eventId, memberIds, sentAt }: Record<string, unknown>, nowMs: number): PendingHint {
  const sentMs = Date.parse(String(sentAt));
  // A sender's clock ahead of ours, or a job that can't be read: it has waited no time that we know of.
  const ageSeconds = Number.isNaN(sentMs) ? 0 : Math.max(0, (nowMs - sentMs) / 1000);
  return { svixId, eventId, memberIds, ageSeconds };
}
