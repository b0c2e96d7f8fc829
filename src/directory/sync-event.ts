import type { Change } from './change.js';

/** The result of a hint or a read. `held`: too many users were missing from a sweep, and a person has to decide. */
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
 * Why rows were compared or changed.
 * - `hint`, `replay`: an event, or support. Always recorded.
 * - `recheck`, `sweep`: a member or a team was read again. Recorded if something changed, like the following ones.
 * - `role`: a role was created, renamed or deleted. `key`: an API key was created for a leaver. `session`: a leaver's sessions
 *   were ended.
 */
export type Trigger = 'hint' | 'recheck' | 'sweep' | 'role' | 'key' | 'session' | 'replay';

export type Occasion = {
  trigger: Trigger;
  svixId?: string;
  eventId?: string;
  eventType?: string;
  /** ISO 8601. A recheck has the times of its hint, so that the recorded lag is the true one. */
  sentAt?: string;
  receivedAt?: string;
  /** True if the times are by the database's clock. */
  isTimed?: true;
  /** The id of the replay. */
  replayId?: string;
};

export type SyncEvent = Occasion & {
  teamId: string | null;
  memberId: string | null;
  outcome: Outcome;
  changes: readonly Change[];
};

/** Rows with these triggers can have a lag. A sweep, a role or a key changes rows without an event. */
export const lagTriggers = ['hint', 'recheck', 'replay'] as const satisfies readonly Trigger[];

/** Whether a recorded row has a lag. `database/event-lag.ts` is the same rule for SQL. */
export function hasLag({ trigger, outcome }: { trigger: string; outcome: string }): boolean {
  return outcome === 'changed' && (lagTriggers as readonly string[]).includes(trigger);
}
