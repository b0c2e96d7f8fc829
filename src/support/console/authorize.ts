import type { Request } from 'express';
import { Refusal } from '../../http/refusal.js';
import type { SignIn } from '../../http/sign-in.js';
import type { Permission, SignedIn } from '../../stytch/people.js';

/**
 * @param permission the ways to write it; one is enough
 * @throws Refusal
 */
export type AuthorizeSupport = (request: Request, permission: readonly Permission[]) => Promise<SignedIn>;

/**
 * Authorizes a member of Scanner's own organization who has the permission. Stytch is asked at each request. No session of
 * a customer is accepted, whatever its roles are called.
 */
export function createSupportAuthorization(
  signIn: SignIn,
  supportOrganizationId: string | undefined,
): AuthorizeSupport {
  return async (request, permission) => {
    for (const one of permission) {
      const person = await signIn(request, one);
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
