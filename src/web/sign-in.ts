import type { Request } from 'express';
import type { Permission, SignedIn, StytchPeople } from '../stytch-people.js';
import { credentialsOf } from './credentials.js';
import { Refusal } from './refusal.js';
import { refusalOf } from './refusal-of.js';

/** Who makes this request, and does Stytch allow them this action? Asked anew for each request. */
export type SignIn = (request: Request, permission: Permission) => Promise<SignedIn>;

/** @throws Refusal (`not_signed_in`), Unavailable */
export function createSignIn(stytch: StytchPeople): SignIn {
  return async (request, permission) => {
    for (const credential of credentialsOf(request)) {
      try {
        return await stytch.authenticate(credential, permission);
      } catch (error) {
        if (refusalOf(error).code !== 'not_signed_in') throw error; // else the next: an old cookie beside a good one
      }
    }
    throw new Refusal('not_signed_in');
  };
}
