import { z } from 'zod';
import { Refusal } from '../web/refusal.js';
import { providerIds } from './providers.js';

/** What a person or a program sends -> a value that needs no more checks. Each problem is said, none of the values. */
export function parseInput<T>(schema: z.ZodType<T>, input: unknown): T {
  if (Array.isArray(input) || (typeof input !== 'object' && input !== undefined)) {
    throw new Refusal('bad_input', 'The request must be a JSON object.');
  }
  const parsed = schema.safeParse(input ?? {});
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'The request'} ${issue.message}`);
  throw new Refusal('bad_input', `${[...new Set(problems)].join('; ')}.`);
}

const noControls = /^[^\p{Cc}\p{Cs}]*$/u;

/** One line of text, trimmed. */
export function line(max: number): z.ZodType<string> {
  const error = `must be text of 1 to ${max} characters, on one line`;
  return z.string({ error }).trim().min(1, { error }).max(max, { error }).regex(noControls, { error });
}

export const displayName = line(100);

export const newConnection = z.object({
  identityProvider: z.enum(providerIds, { error: `must be one of ${providerIds.join(', ')}` }),
  displayName,
});
export const renaming = z.object({ displayName });
export const completing = z.object({ nextBearerTokenLastFour: line(4).exactOptional() });
