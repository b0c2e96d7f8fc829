import { z } from 'zod';
import { parseJson } from './json.js';

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

/** Signed text -> event, or what is wrong with it (names of keys, never their values). */
export function parseEvent(text: string): { event: StytchEvent } | { problem: string } {
  const parsed = stytchEvent.safeParse(parseJson(text));
  if (parsed.success) return { event: parsed.data };
  const keys = parsed.error.issues.map((issue) => issue.path.join('.')).filter(Boolean);
  if (keys.length === 0) return { problem: 'The body is signed but is not a JSON object.' };
  return { problem: `The body is signed but is not a Stytch event; missing or not text: ${keys.join(', ')}.` };
}

/** `scim.member.update`: lower case, and only characters that are safe in a log, a label or a job. */
export function eventTypeOf(event: StytchEvent): string {
  return `${event.source}.${event.object_type}.${event.action}`
    .toLowerCase()
    .replace(/[^a-z0-9_.-]/g, '_')
    .slice(0, 100);
}
