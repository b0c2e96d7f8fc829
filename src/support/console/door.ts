import type { Request } from 'express';
import type { SignedIn } from '../../stytch-people.js';
import { Refusal } from '../../web/refusal.js';
import type { SignIn } from '../../web/sign-in.js';
import { supportPermissions } from '../permission.js';

/** Lets a request in, or says why not. */
export type Door = (request: Request) => Promise<SignedIn>;

/**
 * The door of /support: a member of Scanner's own organization, whom Stytch allows `scanner.support`, asked anew for each
 * request. No customer's session comes in, whatever its roles are called.
 */
export function createDoor(signIn: SignIn, supportOrganizationId: string | undefined): Door {
  return async (request) => {
    let person: SignedIn | null = null;
    for (const permission of supportPermissions) {
      person = await signIn(request, permission);
      if (supportOrganizationId === undefined) throw new Refusal('forbidden', notConfigured);
      if (person.organizationId !== supportOrganizationId) throw new Refusal('forbidden', notOurs);
      if (person.isAllowed) return person;
    }
    throw new Refusal('forbidden', permissionMissing);
  };
}

const notConfigured =
  "The support console is not switched on: set SUPPORT_ORGANIZATION_ID to Scanner's own organization.";
const notOurs = 'This console is for Scanner support. Your organization’s own page is Settings > SCIM.';
const permissionMissing =
  'Your account lacks the permission “scanner.support”. Ask an administrator of Scanner’s own Stytch organization for it.';
