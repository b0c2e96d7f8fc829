import { z } from 'zod';
import { misses } from '../../directory/role-matching.js';
import { outcomesShown } from '../activity/activity.js';
import { providerIds } from '../connection/providers.js';

/** The schemas of the answers of /api/scim, for the OpenAPI document. A test checks real answers against them. */

const time = z.iso.datetime().meta({ description: 'ISO 8601, in UTC' });
const uuid = z.uuid();
const count = z.int().min(0);
const seconds = z.number().min(0);
const cursor = z.string().nullable().meta({ description: 'For the next page. Null on the last one' });

export const error = z.strictObject({
  error: z.strictObject({
    code: z.string().meta({ description: 'For programs' }),
    message: z.string().meta({ description: 'For people: what happened and what to do next' }),
  }),
});

const instructions = z
  .array(
    z.strictObject({
      title: z.string(),
      steps: z.array(
        z.strictObject({
          text: z.string(),
          values: z
            .array(z.strictObject({ label: z.string(), is: z.enum(['base_url', 'token', 'fixed']), value: z.string() }))
            .optional(),
        }),
      ),
    }),
  )
  .meta({ description: "What to do in the identity provider's console, with its own labels" });

export const connection = z.strictObject({
  id: z.string(),
  identityProvider: z.enum(providerIds),
  identityProviderName: z.string(),
  displayName: z.string(),
  status: z.literal('active'),
  baseUrl: z.string(),
  bearerTokenLastFour: z.string(),
  bearerTokenExpiresAt: time.nullable(),
  expiry: z
    .strictObject({ daysLeft: count, urgency: z.enum(['soon', 'urgent', 'last_day', 'expired']) })
    .nullable()
    .meta({ description: 'Not null from 30 days before the token expires' }),
  rotation: z
    .strictObject({ nextBearerTokenLastFour: z.string(), nextBearerTokenExpiresAt: time.nullable() })
    .nullable(),
  createdAt: time,
  createdBy: z.string().nullable(),
  instructions,
});

export const createdConnection = connection.extend({
  bearerToken: z
    .string()
    .nullable()
    .meta({ description: 'Shown this once. Null when the answer with it was lost: rotate the token.' }),
});
export const startedRotation = connection.extend({
  nextBearerToken: z.string().meta({ description: 'Shown this once' }),
});
export const deletedConnection = z.strictObject({ id: z.string(), status: z.literal('deleted') });

const via = z.enum(['roles', 'groups', 'stytch_role']);
const role = z.strictObject({ id: uuid, name: z.string(), permissions: z.array(z.string()) });
const people = z
  .strictObject({
    total: count,
    people: z.array(z.strictObject({ id: uuid, name: z.string(), email: z.string() })),
  })
  .meta({ description: 'The first 50 by name, and the total' });
const effect = z.strictObject({
  gain: people,
  lose: people,
  loseManual: people,
  fingerprint: z.string().meta({ description: 'Send it back to confirm exactly this effect' }),
});
const permissionChange = z.strictObject({ added: z.array(z.string()), removed: z.array(z.string()) });

export const roles = z.strictObject({
  values: z.array(
    z.strictObject({
      value: z.string(),
      via: z.array(via),
      holders: count,
      role: role.nullable(),
      nearMiss: z
        .strictObject({
          role: z.strictObject({ id: uuid, name: z.string() }),
          because: z.array(z.enum(misses)),
        })
        .nullable(),
      ignored: z.boolean().meta({ description: 'An admin decided that it needs no role' }),
    }),
  ),
  valuesTotal: count,
  ignoredTotal: count,
  nextValuesCursor: cursor,
  scimRoles: z.array(role.extend({ scimGrants: count, manualGrants: count })),
  scimRolesTotal: count,
  nextScimRolesCursor: cursor,
});
export const rolePreview = z.strictObject({
  role: role.optional(),
  effect,
  holders: people.optional(),
  permissionChange: permissionChange.optional(),
});
export const writtenRole = role.extend({
  effect,
  holders: people.optional(),
  permissionChange: permissionChange.optional(),
});

export const peoplePage = z.strictObject({
  people: z.array(
    z.strictObject({
      id: uuid,
      name: z.string(),
      email: z.string(),
      status: z.enum(['active', 'deactivated']),
      memberId: z.string().nullable(),
      externalId: z.string().nullable(),
      deactivatedAt: time.nullable(),
      lastReadAt: time.nullable(),
      values: z.array(z.strictObject({ value: z.string(), via })),
      valuesTotal: count,
      roles: z.array(
        z.strictObject({
          id: uuid,
          name: z.string(),
          source: z.enum(['scim', 'manual']),
          since: time,
          via: z.array(via).meta({ description: 'Where the granting role value comes from' }),
        }),
      ),
      rolesTotal: count,
    }),
  ),
  total: count,
  nextCursor: cursor,
});

export const activity = z.strictObject({
  events: z.array(
    z.strictObject({
      id: z.string(),
      at: time,
      person: z.strictObject({ id: uuid, name: z.string(), email: z.string() }).nullable(),
      memberId: z.string().nullable(),
      outcome: z.enum([...outcomesShown, 'unknown_team']),
      changes: z.array(z.looseObject({ type: z.string() })).meta({ description: 'The first changes' }),
      changesTotal: count,
      trigger: z.string(),
      eventType: z.string().nullable(),
      eventId: z.string().nullable(),
      sentAt: time.nullable(),
      receivedAt: time.nullable(),
      lagSeconds: seconds.nullable(),
      act: z
        .strictObject({ action: z.string(), target: z.string(), details: z.record(z.string(), z.unknown()) })
        .nullable()
        .meta({ description: 'An act of an admin' }),
    }),
  ),
  nextCursor: cursor,
});

export const health = z.strictObject({
  p50Seconds: seconds.nullable(),
  p99Seconds: seconds.nullable(),
  changes: count,
  hours: z.array(
    z.strictObject({ from: time, changes: count, p50Seconds: seconds.nullable(), p99Seconds: seconds.nullable() }),
  ),
  slaSeconds: seconds,
  oldestWaitingSeconds: seconds.nullable(),
  lastHeardAt: time.nullable(),
  quietSince: time.nullable(),
  lastSweptAt: time.nullable(),
  lastSweptMembers: count.nullable(),
  held: z.strictObject({ people: count, since: time }).nullable(),
});

export const setup = z.strictObject({
  checks: z.array(
    z.strictObject({
      id: z.string(),
      title: z.string(),
      done: z.boolean(),
      found: z.string().nullable(),
      next: z.string(),
    }),
  ),
  misconfigurations: z.array(z.strictObject({ id: z.string(), title: z.string(), seen: z.string(), cure: z.string() })),
});
