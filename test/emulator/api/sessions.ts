/** The calls of `sessions`. */
import * as z from 'zod';
import { memberIn, memberOf, organizationOf } from '../directory/find.js';
import { apiError } from '../errors.js';
import { findSession, sessionView } from '../sessions/session-view.js';
import { type ApiCall, defineCall } from './call.js';
import { authenticateSession } from './session-authenticate.js';

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
    session_token: z.string().optional(),
    session_jwt: z.string().optional(),
    member_session_id: z.string().optional(),
    member_id: z.string().optional(),
  }),
  async handle(world, { member_id, member_session_id, ...input }) {
    const given = [member_id, member_session_id, input.session_token, input.session_jwt];
    const count = given.filter((each) => each !== undefined).length;
    if (count === 0) throw apiError('no_session_revoke_arguments');
    if (count > 1) throw apiError('too_many_session_revoke_arguments');
    if (member_id !== undefined) {
      world.sessions.revokeAllOf(memberOf(world, member_id).member_id);
      return {};
    }
    const session = world.sessions.byId(member_session_id ?? '') ?? (await findSession(world, input));
    if (session === undefined) throw apiError('session_not_found');
    world.sessions.revoke(session);
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

export const sessionCalls: readonly ApiCall[] = [authenticateSession, get, revoke, getJwks];
