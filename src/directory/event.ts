import { z } from 'zod';

/**
 * A Stytch webhook event: the seven keys that every event has. Other keys are kept and not checked. The body does not have
 * the name of the type (`scim.member.update`); it is made of source, object_type and action.
 */
export type StytchEvent = z.infer<typeof stytchEvent>;

const stytchEvent = z.looseObject({
  project_id: z.string().min(1),
  event_id: z.string().min(1),
  action: z.string().min(1),
  object_type: z.string().min(1),
  source: z.string().min(1),
  id: z.string().min(1),
  timestamp: z.string().min(1),
});

/**
 * Signed JSON -> the event, or what is wrong with it. The message names keys, never their values.
 * @param value undefined if the text was not JSON
 */
export function parseEvent(value: unknown): { event: StytchEvent } | { problem: string } {
  const parsed = stytchEvent.safeParse(value);
  if (parsed.success) return { event: parsed.data };
  const keys = parsed.error.issues.map((issue) => issue.path.join('.')).filter(Boolean);
  if (keys.length === 0) return { problem: 'The body is signed but is not a JSON object.' };
  return { problem: `The body is signed but is not a Stytch event; missing or not text: ${keys.join(', ')}.` };
}

/** `scim.member.update`. A part that is not a plain word may be personal data, and becomes `unreadable`. */
export function eventTypeOf({ source, object_type, action }: StytchEvent): string {
  return [source, object_type, action].map((part) => (word.test(part) ? part.toLowerCase() : 'unreadable')).join('.');
}

/** Letters, digits and underscores, as Stytch writes its words. 40 characters leave room for new words. */
const word = /^[A-Za-z][A-Za-z0-9_]{0,39}$/;
