import type { Transaction } from '../database.js';
import type { Change } from '../directory/change.js';

/** What became of a hint or a finding. `held`: a sweep found too many missing at once, and a person decides. */
export type Outcome = 'changed' | 'unchanged' | 'superseded' | 'unknown_team' | 'unknown_member' | 'reread' | 'held';

/**
 * Why rows were looked at: an event, a second look, a whole team, a role that was created, renamed or deleted, an API key
 * that was made for a leaver, a leaver's sessions, or support. A hint and a replay get their row whatever came of it; the
 * others only when they changed something.
 */
export type Trigger = 'hint' | 'recheck' | 'sweep' | 'role' | 'key' | 'session' | 'replay';

export type Occasion = {
  trigger: Trigger;
  svixId?: string;
  eventId?: string;
  eventType?: string;
  /** ISO 8601. Of a recheck: the times of the hint that it settles, so that the lag shown is the lag there was. */
  sentAt?: string;
  receivedAt?: string;
  /** The times are by the database's clock. */
  isTimed?: true;
  /** Of a replay: which. */
  replayId?: string;
};

export type SyncEvent = Occasion & {
  teamId: string | null;
  memberId: string | null;
  outcome: Outcome;
  changes: readonly Change[];
};

/** One row each; a hint or replay that is recorded already (its worker died after the commit) is not recorded again. */
export async function recordEvents(tx: Transaction, events: readonly SyncEvent[]): Promise<void> {
  if (events.length === 0) return;
  await tx.$executeRaw`
    INSERT INTO sync_events (svix_id, event_id, event_type, trigger, team_id, user_id, stytch_member_id,
      sent_at, received_at, outcome, changes, replay_id)
    SELECT e."svixId", e."eventId", e."eventType", e.trigger, e."teamId", u.id, e."memberId",
      e."sentAt", e."receivedAt", e.outcome, e.changes,
      CASE WHEN e.trigger = 'replay' THEN e."replayId" END
    FROM jsonb_to_recordset(${JSON.stringify(events)}::jsonb) AS e("svixId" text, "eventId" text, "eventType" text,
      trigger text, "teamId" uuid, "memberId" text, "sentAt" timestamptz, "receivedAt" timestamptz, outcome text,
      changes jsonb, "replayId" uuid)
    LEFT JOIN users u ON u.stytch_member_id = e."memberId"
    ON CONFLICT DO NOTHING`; // the two unique indexes are for these two only
}
