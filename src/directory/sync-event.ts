import type { Change } from './change.js';

/** What became of a hint or a finding. `held`: a sweep found too many missing at once, and a person decides. */
export const outcomes = [
  'changed',
  'unchanged',
  'superseded',
  'reread',
  'held',
  'unknown_team',
  'unknown_member',
] as const;
export type Outcome = (typeof outcomes)[number];

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
