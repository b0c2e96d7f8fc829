import type { Request } from 'express';
import { type Database, withDatabaseErrors } from '../database/database.js';
import { Refusal } from '../http/refusal.js';
import type { SignIn } from '../http/sign-in.js';
import type { SignedIn } from '../stytch/people.js';

/** What Stytch's policy can allow on SCIM; pages that only show something ask for `get`. */
export type ScimAction = 'create' | 'get' | 'update' | 'delete';

/** Somebody who may do what they ask for, and the one team that they may do it in. */
export type Admin = { person: SignedIn; team: { id: string; name: string } };

export type AuthorizeAdmin = (request: Request, action: ScimAction) => Promise<Admin>;

/**
 * The door of Settings > SCIM. The team is the one of the session's organization, never one that the request names. What
 * the team lacks is said before what the person lacks: where SCIM is not switched on, permissions are nobody's fault.
 */
export function createAdminAuthorization(signIn: SignIn, database: Database): AuthorizeAdmin {
  return async (request, action) => {
    const person = await signIn(request, { resource: 'stytch.scim', action });
    const team = await withDatabaseErrors(() => teamOf(database, person.organizationId));
    if (team === null) throw new Refusal('unknown_team');
    if (!team.ssoScimEnabled) throw new Refusal('not_enabled');
    if (!person.isAllowed) throw new Refusal('forbidden', permissionMissing(action));
    return { person, team: { id: team.id, name: team.name } };
  };
}

function teamOf(database: Database, stytchOrganizationId: string) {
  const select = { id: true, name: true, ssoScimEnabled: true };
  return database.team.findUnique({ where: { stytchOrganizationId }, select });
}

function permissionMissing(action: ScimAction): string {
  return `Your account lacks the permission “${action}” on “stytch.scim”. Ask an administrator of your team for it.`;
}
