import type { Request } from 'express';
import { Refusal } from '../../http/refusal.js';
import type { SignIn } from '../../http/sign-in.js';
import type { SignedIn } from '../../stytch/people.js';
import { supportPermissions } from '../permission.js';

/** Lets a request in, or says why not. */
export type AuthorizeSupport = (request: Request) => Promise<SignedIn>;

/**
 * The door of /support: a member of Scanner's own organization, whom Stytch allows `scanner.support`, asked anew for each
 * request. No customer's session comes in, whatever its roles are called.
 */
export function createSupportAuthorization(
  signIn: SignIn,
  supportOrganizationId: string | undefined,
): AuthorizeSupport {
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
