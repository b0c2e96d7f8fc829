import { z } from 'zod';

/**
 * A Stytch webhook event: the seven keys that every event has. Everything else is kept, and believed by nobody.
 * The type's name (`scim.member.update`) is not in the body; it is made of source, object_type and action.
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
 * Signed JSON -> event, or what is wrong with it (names of keys, never their values).
 * @param value undefined when the text was no JSON
 */
export function parseEvent(value: unknown): { event: StytchEvent } | { problem: string } {
  const parsed = stytchEvent.safeParse(value);
  if (parsed.success) return { event: parsed.data };
  const keys = parsed.error.issues.map((issue) => issue.path.join('.')).filter(Boolean);
  if (keys.length === 0) return { problem: 'The body is signed but is not a JSON object.' };
  return { problem: `The body is signed but is not a Stytch event; missing or not text: ${keys.join(', ')}.` };
}

/** `scim.member.update`. What is no word there, an e-mail or a name for example, is told nobody. */
export function eventTypeOf({ source, object_type, action }: StytchEvent): string {
  return [source, object_type, action].map((part) => (word.test(part) ? part.toLowerCase() : 'unreadable')).join('.');
}

/** As Stytch writes them, with room for those to come. */
const word = /^[A-Za-z][A-Za-z0-9_]{0,39}$/;
