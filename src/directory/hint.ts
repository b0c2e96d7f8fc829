import { eventTypeOf, type StytchEvent } from './event.js';
import { idOrNull } from './ids.js';
import { asArray, asRecord } from './json.js';
import { saysGone } from './member.js';
import { sentAt } from './sent-at.js';

/**
 * What we keep of a webhook event: that something changed, where and when. Only ids and times, because hints are stored in
 * Redis and logged. A hint is never the change itself: a worker reads the member's state now.
 */
export type Hint = {
  svixId: string;
  eventId: string;
  eventType: string;
  /** When Stytch sent the event: ISO 8601, UTC. The time of receipt if the event's own time is impossible (sent-at.ts). */
  sentAt: string;
  receivedAt: string;
  /** Both times are by the database's clock, so they can be compared with fences. */
  isTimed?: true;
  organizationId: string | null;
  /** The members that the event names. If there are none, its team is read again; without a team, every connected team. */
  memberIds: string[];
  /** The SCIM connection that the event is about. The event of a deleted connection has no organization. */
  connectionId?: string;
  /** The event lists a group's current members. Members who are not in the list may have changed, too. */
  isList?: true;
  /** Signed evidence that the one named member has left. Goes to the queue `leavers`. */
  memberGone: boolean;
  /** Set if support replays the hint: the id of the replay. */
  replayId?: string;
};

/** One search takes 1,000 ids. An event that names more members counts as an event about its team. */
const namedMembersMax = 1000;

/** How and when an event was received. */
export type Receipt = {
  svixId: string;
  receivedAt: Date;
  /** True if `receivedAt` is by the database's clock; false if it is by the receiver's own clock. */
  isTimed: boolean;
  /** When the sender sent this attempt, by the signed header. */
  attemptedAt: Date;
};

export function hintOf(event: StytchEvent, receipt: Receipt): Hint {
  const memberIds = namedMembers(event);
  const connectionId = isAbout(event, 'scim_connection') ? idOrNull(event.id) : null;
  return {
    svixId: receipt.svixId,
    eventId: idOrNull(event.event_id) ?? 'unreadable',
    eventType: eventTypeOf(event),
    sentAt: sentAt(event.timestamp, receipt).toISOString(),
    receivedAt: receipt.receivedAt.toISOString(),
    ...(receipt.isTimed ? { isTimed: true as const } : {}),
    organizationId: namedOrganization(event),
    memberIds: memberIds.length > namedMembersMax ? [] : memberIds,
    ...(connectionId === null ? {} : { connectionId }),
    ...(listsMembers(event) ? { isList: true as const } : {}),
    memberGone: memberIds.length === 1 && saysMemberIsGone(event),
  };
}

function namedMembers(event: StytchEvent): string[] {
  const payload = payloadOf(event);
  const ids = [
    isAbout(event, 'member') ? event.id : null,
    event.member_id,
    payload.member_id,
    ...asArray(event.member_ids),
    ...asArray(payload.member_ids),
    ...asArray(payload.members).map((member) => asRecord(member).member_id ?? member),
  ].map(idOrNull);
  return [...new Set(ids.filter((id) => id !== null))];
}

function listsMembers(event: StytchEvent): boolean {
  return [event.member_ids, payloadOf(event).member_ids, payloadOf(event).members].some(Array.isArray);
}

function namedOrganization(event: StytchEvent): string | null {
  if (isAbout(event, 'organization')) return idOrNull(event.id);
  return (
    idOrNull(payloadOf(event).organization_id) ??
    idOrNull(asRecord(event.details).organization_id) ??
    idOrNull(event.organization_id)
  );
}

function saysMemberIsGone(event: StytchEvent): boolean {
  if (!isAbout(event, 'member')) return false;
  return event.action.toUpperCase() === 'DELETE' || saysGone(payloadOf(event));
}

function isAbout(event: StytchEvent, objectType: string): boolean {
  return event.object_type.toLowerCase() === objectType;
}

/** The object under the key that `object_type` names. DELETE events have none. */
function payloadOf(event: StytchEvent): Record<string, unknown> {
  return asRecord(event[event.object_type]);
}
