import { eventTypeOf, type StytchEvent } from './event.js';
import { idOrNull } from './ids.js';
import { asArray, asRecord } from './json.js';
import { saysGone } from './member.js';
import { sentAt } from './sent-at.js';

/**
 * What we keep of a webhook event: that something changed, where, and when. Ids and times only, because a hint lies in
 * Redis and in logs. It is never the change itself: whoever handles it reads the member's state now.
 */
export type Hint = {
  svixId: string;
  eventId: string;
  eventType: string;
  /** When Stytch sent the event (ISO 8601, UTC); when it was received, if what the event says can't be (sent-at.ts). */
  sentAt: string;
  receivedAt: string;
  /** Both are by the database's clock, so they can be compared with fences. */
  isTimed?: true;
  organizationId: string | null;
  /** The members it names. None: its team is re-read. No organization either: every connected team is. */
  memberIds: string[];
  /** The SCIM connection that it is about. Deleted ones are named without their organization. */
  connectionId?: string;
  /** The members are those who are in something now, a group: somebody who is not among them may have changed as well. */
  isList?: true;
  /** Signed evidence that the one member it names has left. Goes ahead of everything. */
  memberGone: boolean;
  /** Set when a person asked for it once more: which replay this is. */
  replayId?: string;
};

/** An event that names more members than one read can ask for is a hint about the team. */
const namedMembersMax = 1000;

/** How an event came. */
export type Receipt = {
  svixId: string;
  receivedAt: Date;
  /** By the database's clock, and not only by the receiver's. */
  isTimed: boolean;
  /** When the sender says that it sent this attempt: the signed header. */
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

/** The object under the key that `object_type` names; DELETE events carry none. */
function payloadOf(event: StytchEvent): Record<string, unknown> {
  return asRecord(event[event.object_type]);
}
