import type { Request } from 'express';
import { type Database, withDatabaseErrors } from '../database/database.js';
import { Refusal } from '../http/refusal.js';
import type { SignIn } from '../http/sign-in.js';
import type { SignedIn } from '../stytch/people.js';

/** The actions on `stytch.scim` in Stytch's RBAC policy. Pages that only read need `get`. */
export type ScimAction = 'create' | 'get' | 'update' | 'delete';

/** An authorized person, and the one team that they may manage. */
export type Admin = { person: SignedIn; team: { id: string; name: string } };

export type AuthorizeAdmin = (request: Request, action: ScimAction) => Promise<Admin>;

/**
 * Authorizes requests of Settings > SCIM. The team is that of the session's organization. The request can't name another one.
 * It is checked first that the team has SCIM, because without SCIM a missing permission does not matter.
 */
export function createAdminAuthorization(signIn: SignIn, database: Database): AuthorizeAdmin {
  return async (request, action) => {
    const person = await signIn(request, { resource: 'stytch.scim', action });
    const team = await withDatabaseErrors(() => teamOf(database, person.organizationId));
    if (team === null) throw new Refusal('unknown_team');
    if (!team.ssoScimEnabled) throw new Refusal('not_enabled');
    if (!person.isAllowed) throw permissionMissing(action);
    return { person, team: { id: team.id, name: team.name } };
  };
}

function teamOf(database: Database, stytchOrganizationId: string) {
  const select = { id: true, name: true, ssoScimEnabled: true };
  return database.team.findUnique({ where: { stytchOrganizationId }, select });
}

function permissionMissing(action: ScimAction): Refusal {
  return new Refusal(
    'forbidden',
    `Your account may not ${actsInWords[action]}. Ask an administrator of your team for that permission.`,
    `Your account lacks the permission “${action}” on “stytch.scim”. Ask an administrator of your team for it.`,
  );
}

const actsInWords: Record<ScimAction, string> = {
  get: 'see the settings of SCIM',
  create: 'create the SCIM connection',
  update: 'change the settings of SCIM',
  delete: 'delete the SCIM connection',
};
