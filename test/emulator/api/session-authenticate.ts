/** sessions.authenticate. */
import * as z from 'zod';
import { memberOf, organizationOf } from '../directory/find.js';
import { memberView } from '../directory/member-view.js';
import { organizationView } from '../directory/organization-view.js';
import { apiError } from '../errors.js';
import type { SessionRecord } from '../sessions/session-table.js';
import { findSession, jwtOf, sessionView } from '../sessions/session-view.js';
import { seconds } from '../timestamps.js';
import type { World } from '../world.js';
import { defineCall } from './call.js';
import { verdict } from './member-authorization.js';

export const authenticateSession = defineCall({
  name: 'sessions.authenticate',
  method: 'post',
  path: '/v1/b2b/sessions/authenticate',
  input: z.strictObject({
    session_token: z.string().optional(),
    session_jwt: z.string().optional(),
    session_duration_minutes: z.number().optional(),
    session_custom_claims: z.record(z.string(), z.unknown()).optional(),
    authorization_check: z
      .strictObject({ organization_id: z.string(), resource_id: z.string(), action: z.string() })
      .optional(),
  }),
  async handle(world, { authorization_check: check, ...input }) {
    const found = await findOne(world, input);
    const granting_roles = check === undefined ? undefined : verdict(world, found, check);
    const session = touch(world, found, input);
    return {
      ...(await describe(world, session)),
      ...(granting_roles === undefined ? {} : { verdict: { authorized: true, granting_roles } }),
    };
  },
});

async function findOne(
  world: World,
  input: { readonly session_token?: string | undefined; readonly session_jwt?: string | undefined },
): Promise<SessionRecord> {
  const { session_token, session_jwt } = input;
  if (session_token === undefined && session_jwt === undefined) throw apiError('no_session_arguments');
  if (session_token !== undefined && session_jwt !== undefined) throw apiError('too_many_session_arguments');
  if (session_jwt !== undefined && session_jwt.split('.').length !== 3) throw apiError('unable_to_parse_session_jwt');
  const session = await findSession(world, input);
  if (session === undefined) throw apiError('session_not_found');
  return session;
}

const DURATION_MAX_MINUTES = 527_040;

function touch(
  world: World,
  session: SessionRecord,
  input: {
    readonly session_duration_minutes?: number | undefined;
    readonly session_custom_claims?: Record<string, unknown> | undefined;
  },
): SessionRecord {
  const { session_duration_minutes: minutes, session_custom_claims: claims = {} } = input;
  if (minutes !== undefined && !(minutes >= 5 && minutes <= DURATION_MAX_MINUTES)) {
    throw apiError('invalid_session_duration_minutes');
  }
  const touched = {
    ...session,
    last_accessed_at: seconds(),
    expires_at: minutes === undefined ? session.expires_at : seconds(new Date(Date.now() + minutes * 60_000)),
    custom_claims: { ...session.custom_claims, ...claims },
  };
  world.sessions.save(touched);
  return touched;
}

async function describe(world: World, session: SessionRecord) {
  const member = memberOf(world, session.member_id);
  return {
    member_session: sessionView(world, session),
    session_token: session.session_token,
    session_jwt: await jwtOf(world, session),
    member: memberView(world, member),
    organization: organizationView(world, organizationOf(world, session.organization_id)),
  };
}
