/** A session as the API shows it: the MemberSession object, and the same as a JWT. */
import type { AuthenticationFactor, MemberSession } from 'stytch';
import { memberOf, organizationOf } from '../directory/find.js';
import { memberRoles } from '../directory/member-roles.js';
import type { World } from '../world.js';
import { sessionIdOf, signSessionJwt } from './session-jwt.js';
import type { SessionRecord } from './session-table.js';

/** The MemberSession object; roles are the member's as they are now. */
export function sessionView(world: World, session: SessionRecord): MemberSession {
  const member = memberOf(world, session.member_id);
  const roles = session.roles ?? memberRoles(world, member).map((role) => role.role_id);
  const { member_session_id, member_id, organization_id, started_at, last_accessed_at, expires_at } = session;
  return {
    member_session_id,
    member_id,
    organization_id,
    organization_slug: organizationOf(world, organization_id).organization_slug,
    started_at,
    last_accessed_at,
    expires_at,
    authentication_factors: [factor(member.email_address, started_at)],
    roles: [...roles],
    custom_claims: { ...session.custom_claims },
  };
}

export function jwtOf(world: World, session: SessionRecord, ageSeconds = 0): Promise<string> {
  const { projectId } = world.project;
  return signSessionJwt(world.keys, sessionView(world, session), { projectId, ageSeconds });
}

export async function findSession(
  world: World,
  {
    session_token,
    session_jwt,
  }: { readonly session_token?: string | undefined; readonly session_jwt?: string | undefined },
): Promise<SessionRecord | undefined> {
  if (session_jwt === undefined) return world.sessions.byToken(session_token ?? '');
  return world.sessions.byId((await sessionIdOf(world.keys, session_jwt)) ?? '');
}

function factor(email_address: string, last_authenticated_at: string): AuthenticationFactor {
  return {
    type: 'magic_link',
    delivery_method: 'email',
    last_authenticated_at,
    email_factor: { email_id: '', email_address },
  };
}
