import type { Transaction } from '../../database/database.js';
import type { SyncEvent } from '../../directory/sync-event.js';

/**
 * Records one row for each event. A hint or replay that is recorded already, because its worker died after the commit, is
 * skipped. If it changes something the second time, that is recorded as a recheck: no change is without a row. The clock that
 * stamps hints may be ahead of the database's by half a round trip, so their times are limited to now().
 *
 * A trigger adds the leavers among them to `evidence`. It locks their teams until the commit, so call this last.
 */
export async function recordEvents(tx: Transaction, events: readonly SyncEvent[]): Promise<void> {
  if (events.length === 0) return;
  await tx.$executeRaw`
    INSERT INTO sync_events (svix_id, event_id, event_type, trigger, team_id, user_id, stytch_member_id,
      sent_at, received_at, outcome, changes, replay_id)
    SELECT e."svixId", e."eventId", e."eventType", CASE WHEN again THEN 'recheck' ELSE e.trigger END, e."teamId", u.id,
      e."memberId", CASE WHEN e."sentAt" IS NOT NULL THEN LEAST(e."sentAt", now()) END,
      CASE WHEN e."receivedAt" IS NOT NULL THEN LEAST(e."receivedAt", now()) END, e.outcome, e.changes,
      CASE WHEN e.trigger = 'replay' AND NOT again THEN e."replayId" END
    FROM jsonb_to_recordset(${JSON.stringify(inTeamOrder(events))}::jsonb) AS e("svixId" text, "eventId" text,
      "eventType" text, trigger text, "teamId" uuid, "memberId" text, "sentAt" timestamptz, "receivedAt" timestamptz,
      outcome text, changes jsonb, "replayId" uuid)
    LEFT JOIN users u ON u.stytch_member_id = e."memberId"
    CROSS JOIN LATERAL (SELECT e.outcome = 'changed' AND CASE e.trigger
      WHEN 'hint' THEN EXISTS (SELECT FROM sync_events s WHERE s.trigger = 'hint' AND s.svix_id = e."svixId")
      WHEN 'replay' THEN EXISTS (SELECT FROM sync_events s WHERE s.replay_id = e."replayId")
      ELSE false END AS again) recorded
    ON CONFLICT DO NOTHING`; // the two unique indexes cover hints and replays only
}

/** Transactions that lock the same teams lock them in the same order. Events of one team stay in their order. */
function inTeamOrder(events: readonly SyncEvent[]): SyncEvent[] {
  return [...events].sort((a, b) => (a.teamId ?? '').localeCompare(b.teamId ?? ''));
}
