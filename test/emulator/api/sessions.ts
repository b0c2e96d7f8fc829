/** The calls of `sessions`. */
import * as z from 'zod';
import { memberIn, memberOf, organizationOf } from '../directory/find.js';
import { memberView } from '../directory/member-view.js';
import { organizationView } from '../directory/organization-view.js';
import type { SessionRecord } from '../sessions/session-table.js';
import { findSession, jwtOf, sessionView } from '../sessions/session-view.js';
import { seconds } from '../timestamps.js';
import type { World } from '../world.js';
import { type ApiCall, defineCall } from './call.js';
import { apiError } from './errors.js';
import { verdict } from './member-authorization.js';

const credentials = { session_token: z.string().optional(), session_jwt: z.string().optional() };

const authenticate = defineCall({
  name: 'sessions.authenticate',
  method: 'post',
  path: '/v1/b2b/sessions/authenticate',
  input: z.strictObject({
    ...credentials,
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

const get = defineCall({
  name: 'sessions.get',
  method: 'get',
  path: '/v1/b2b/sessions',
  input: z.strictObject({ organization_id: z.string(), member_id: z.string() }),
  handle(world, { organization_id, member_id }) {
    const member = memberIn(world, organizationOf(world, organization_id).organization_id, member_id);
    return {
      member_sessions: world.sessions.of(member.member_id).map((session) => sessionView(world, session)),
    };
  },
});

const revoke = defineCall({
  name: 'sessions.revoke',
  method: 'post',
  path: '/v1/b2b/sessions/revoke',
  input: z.strictObject({
    ...credentials,
    member_session_id: z.string().optional(),
    member_id: z.string().optional(),
  }),
  async handle(world, { member_id, member_session_id, ...input }) {
    const given = [member_id, member_session_id, input.session_token, input.session_jwt];
    const count = given.filter((each) => each !== undefined).length;
    if (count === 0) throw apiError('no_session_revoke_arguments');
    if (count > 1) throw apiError('too_many_session_revoke_arguments');
    if (member_id !== undefined) world.sessions.revokeAllOf(memberOf(world, member_id).member_id);
    else world.sessions.revoke(found(await lookUp(world, member_session_id, input)));
    return {};
  },
});

const getJwks = defineCall({
  name: 'sessions.getJWKS',
  method: 'get',
  path: '/v1/b2b/sessions/jwks/:project_id',
  input: z.strictObject({ project_id: z.string() }),
  open: true,
  async handle(world, { project_id }) {
    if (project_id !== world.project.projectId) throw apiError('project_not_found');
    return { keys: await world.keys.published() };
  },
});

export const sessionCalls: readonly ApiCall[] = [authenticate, get, revoke, getJwks];

type Credentials = { readonly session_token?: string | undefined; readonly session_jwt?: string | undefined };

async function findOne(world: World, input: Credentials): Promise<SessionRecord> {
  const { session_token, session_jwt } = input;
  if (session_token === undefined && session_jwt === undefined) throw apiError('no_session_arguments');
  if (session_token !== undefined && session_jwt !== undefined) throw apiError('too_many_session_arguments');
  if (session_jwt !== undefined && session_jwt.split('.').length !== 3) throw apiError('unable_to_parse_session_jwt');
  return found(await findSession(world, input));
}

const lookUp = (world: World, memberSessionId: string | undefined, input: Credentials) =>
  memberSessionId === undefined ? findSession(world, input) : world.sessions.byId(memberSessionId);

function found(session: SessionRecord | undefined): SessionRecord {
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
