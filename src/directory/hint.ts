import { eventTypeOf, type StytchEvent } from './event.js';
import { idOrNull } from './ids.js';
import { asArray, asRecord } from './json.js';
import { saysGone } from './member.js';

/**
 * What we keep of a webhook event: that something changed, where, and when. Ids and times only, because a hint lies in
 * Redis and in logs. It is never the change itself: whoever handles it reads the member's state now.
 */
export type Hint = {
  svixId: string;
  eventId: string;
  eventType: string;
  /** When Stytch sent the event (ISO 8601, UTC); when it arrived if the event does not say. */
  sentAt: string;
  receivedAt: string;
  organizationId: string | null;
  /** The members it names. None: its team is re-read. No organization either: every connected team is. */
  memberIds: string[];
  /** The SCIM connection that it is about. Deleted ones are named without their organization. */
  connectionId?: string;
  /** Signed evidence that the one member it names has left. Goes ahead of everything. */
  memberGone: boolean;
  /** Set when a person asked for it once more: which replay this is. */
  replayId?: string;
};

/** An event that names more members than one read can ask for is a hint about the team. */
const namedMembersMax = 1000;

/** Event -> hint. The receipt's times are ISO 8601. */
export function hintOf(event: StytchEvent, receipt: { svixId: string; receivedAt: string }): Hint {
  const memberIds = namedMembers(event);
  const connectionId = isAbout(event, 'scim_connection') ? idOrNull(event.id) : null;
  return {
    svixId: receipt.svixId,
    eventId: idOrNull(event.event_id) ?? 'unreadable',
    eventType: eventTypeOf(event),
    sentAt: isoTimeOrNull(event.timestamp) ?? receipt.receivedAt,
    receivedAt: receipt.receivedAt,
    organizationId: namedOrganization(event),
    memberIds: memberIds.length > namedMembersMax ? [] : memberIds,
    ...(connectionId === null ? {} : { connectionId }),
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

/** Years of four digits only: what PostgreSQL reads back the way JavaScript wrote it. */
function isoTimeOrNull(value: string): string | null {
  const time = new Date(value);
  const iso = Number.isNaN(time.getTime()) ? '' : time.toISOString();
  return /^\d{4}-/.test(iso) ? iso : null;
}
