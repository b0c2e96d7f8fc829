import { z } from 'zod';
import { parseJson } from '../directory/json.js';
import { Refusal } from '../http/refusal.js';
import { outcomesShown } from './activity/activity.js';
import { providerIds } from './connection/providers.js';
import { permissionsMax } from './permissions.js';

/** Validates the input of a page: the same, but fields have the names that people see. */
export function parseForm<T>(schema: z.ZodType<T>, input: unknown): T {
  return parseInput(schema, input, (path) => fieldLabels[String(path[0])] ?? String(path[0]));
}

const fieldLabels: Record<string, string> = {
  identityProvider: 'The identity provider',
  displayName: 'The name of the connection',
  teamName: 'The name of the team',
  connectionId: 'The connection',
  nextBearerTokenLastFour: 'The end of the token',
  value: 'The name',
  permissions: 'Each permission',
  fingerprint: 'The preview',
  person: 'The person',
  q: 'The search',
  outcome: 'The outcome',
  hours: 'The time',
  status: 'The status',
  role: 'The role',
};

/** Validates input. @throws Refusal (`bad_input`) that lists all problems and quotes no value */
export function parseInput<T>(
  schema: z.ZodType<T>,
  input: unknown,
  labelOf = (path: readonly PropertyKey[]) => path.join('.'),
): T {
  if (Array.isArray(input) || (typeof input !== 'object' && input !== undefined)) {
    throw new Refusal('bad_input', 'The request must be a JSON object.');
  }
  const parsed = schema.safeParse(input ?? {});
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) =>
    path.length === 0 ? `The request ${message}` : `${labelOf(path)} ${message}`,
  );
  throw new Refusal('bad_input', `${[...new Set(problems)].join('; ')}.`);
}

const noControls = /^[^\p{Cc}\p{Cs}]*$/u;

/** One line of text, trimmed. */
export function line(max: number): z.ZodType<string, string> {
  const error = `must be text of 1 to ${max} characters, on one line`;
  return z.string({ error }).trim().min(1, { error }).max(max, { error }).regex(noControls, { error });
}

/** It fits on one line of a page. */
const displayNameLengthMax = 100;
export const displayName = line(displayNameLengthMax);

export const newConnection = z.object({
  identityProvider: z.enum(providerIds, { error: `must be one of ${providerIds.join(', ')}` }),
  displayName,
});
export const renaming = z.object({ displayName });
export const completing = z.object({ nextBearerTokenLastFour: line(4).exactOptional() });

/** An IdP role value, the part after `scim:`. Trimmed, like those that we store. */
const value = line(500);
const permissions = z
  .array(line(100), { error: 'must be a list of texts' })
  .max(permissionsMax, { error: `must not be more than ${permissionsMax}` })
  .transform((list) => [...new Set(list)]);
const fingerprint = z.string().max(100).exactOptional();

export const newRole = z
  .object({
    value: value.exactOptional(),
    name: z
      .string()
      .regex(/^scim:/, { error: 'must start with scim:' })
      .transform((name) => name.slice('scim:'.length))
      .pipe(value)
      .exactOptional(),
    permissions: permissions.default([]),
    fingerprint,
  })
  .refine((role) => role.value !== undefined || role.name !== undefined, {
    path: ['value'],
    error: 'must be the name that your identity provider sends',
  })
  .transform(({ name, ...role }) => ({ ...role, value: role.value ?? name ?? '' }));

export const roleRenaming = z.object({ value, fingerprint });
export const rolePermissions = z.object({ permissions, fingerprint });
/** The JSON may have one of the two, or both. */
export const roleChange = z
  .object({ value: value.exactOptional(), permissions: permissions.exactOptional(), fingerprint })
  .refine((change) => change.value !== undefined || change.permissions !== undefined, {
    path: ['value'],
    error: 'must be the new name, or permissions a list of texts',
  });
export const roleDeletion = z.object({ fingerprint });
export const valueOnly = z.object({ value });

const empty = (text: unknown) => (text === '' ? undefined : text);
const notACursor = 'must be the cursor of the previous page';
const cursor = (digits: number) => {
  return z.preprocess(
    empty,
    z
      .string({ error: notACursor })
      .regex(new RegExp(`^\\d{1,${digits}}$`), { error: notACursor })
      .optional(),
  );
};

/** One event or person has up to 4 KB in an answer, so a page has less than a megabyte. */
const rowsPerPageMax = 200;
const outsideLimit = `must be a number from 1 to ${rowsPerPageMax}`;
const limit = z.coerce
  .number({ error: outsideLimit })
  .int({ error: outsideLimit })
  .min(1, { error: outsideLimit })
  .max(rowsPerPageMax, { error: outsideLimit })
  .default(50);

/** A year. Events are kept for a shorter time. */
const hoursMax = 8_784;
const outsideHours = `must be a number from 1 to ${hoursMax}`;
const hours = z.coerce
  .number({ error: outsideHours })
  .int({ error: outsideHours })
  .min(1, { error: outsideHours })
  .max(hoursMax, { error: outsideHours });

export const activityQuery = z.object({
  person: z.preprocess(empty, line(200).optional()),
  outcome: z.preprocess(
    empty,
    z.enum(outcomesShown, { error: `must be one of ${outcomesShown.join(', ')}` }).optional(),
  ),
  hours: z.preprocess(empty, hours.optional()),
  cursor: z.preprocess(
    empty,
    z
      .string()
      .regex(/^\d{0,18}\.\d{0,18}$/, { error: notACursor })
      .optional(),
  ),
  limit,
});

/** A cursor of readPeople: base64url of JSON. */
const peopleCursor = z
  .string({ error: notACursor })
  .max(1_000, { error: notACursor })
  .transform((text, context) => {
    const parsed = peoplePlace.safeParse(parseJson(Buffer.from(text, 'base64url').toString('utf8')));
    if (parsed.success) return parsed.data;
    context.addIssue({ code: 'custom', message: notACursor });
    return z.NEVER;
  });
const peoplePlace = z.object({
  after: z
    .string()
    .max(1_000)
    .regex(/^[^\0]*$/),
  id: z.uuid(),
});

export const peopleQuery = z.object({
  q: z.preprocess(empty, line(200).optional()),
  status: z.preprocess(
    empty,
    z.enum(['active', 'deactivated'], { error: 'must be one of active, deactivated' }).optional(),
  ),
  role: z.preprocess(empty, z.uuid({ error: 'must be the id of a role' }).optional()),
  source: z.preprocess(empty, z.enum(['scim', 'manual'], { error: 'must be one of scim, manual' }).optional()),
  value: z.preprocess(empty, line(500).optional()),
  cursor: z.preprocess(empty, peopleCursor.optional()),
  limit,
});

export const rolesQuery = z.object({
  q: z.preprocess(empty, line(200).optional()),
  ignored: z.preprocess(
    empty,
    z
      .enum(['true', 'false'], { error: 'must be true or false' })
      .transform((text) => text === 'true')
      .optional(),
  ),
  valuesCursor: cursor(9),
  rolesCursor: cursor(9),
});
export const deletion = z.object({
  teamName: z.string({ error: 'must be typed' }).trim().max(500, { error: 'must be the name of the team' }),
  connectionId: z.string({ error: 'must be the id of the connection' }).max(200),
});
