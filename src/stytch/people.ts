import { idOrNull } from '../directory/ids.js';
import { asRecord, parseJson } from '../directory/json.js';
import { openStytch, type StytchOptions } from './client.js';
import { connectionCalls, type StytchConnections } from './connections.js';
import { createJwtJudge, type JwtVerdict } from './session-jwt.js';
import { explainToPerson, StytchRefusal, unlessUnknown } from './translate-errors.js';

/** Proof that a person is signed in. A Stytch session has these two forms. */
export type Credential = { session_jwt: string } | { session_token: string };

/** An action on a resource of the project's RBAC policy, for example `create` on `stytch.scim`. */
export type Permission = { resource: string; action: string };

/** A person whose session Stytch has just confirmed. */
export type SignedIn = {
  memberId: string;
  organizationId: string;
  email: string;
  /** A fresh JWT. Calls made for this person carry it, so Stytch checks their permission too. */
  sessionJwt: string;
  /** Whether Stytch allows the requested action. */
  isAllowed: boolean;
};

export type StytchPeople = {
  /** Judges a credential without a call. A session token is always `unsure`. */
  judge(credential: Credential): Promise<JwtVerdict>;
  /** @throws StytchRefusal when the session is unknown, over or forged */
  authenticate(credential: Credential, permission: Permission): Promise<SignedIn>;
  /** Ends the person's session. A session that is already over counts as ended. */
  endSession(sessionJwt: string): Promise<void>;
  connections: StytchConnections;
};

/** Identifies and authorizes a person with one call to Stytch, so a revoked session or role takes effect at once. */
export function connectStytchPeople(options: StytchOptions): StytchPeople {
  const { client, call } = openStytch(options, explainToPerson);
  const authenticate = (credential: Credential, check?: object) =>
    call('sessions.authenticate', async () =>
      signedInOf(await client.sessions.authenticate({ ...credential, ...check })),
    );
  const judgeJwt = createJwtJudge((request) => client.sessions.authenticateJwtLocal(request));
  return {
    judge: async (credential) => ('session_jwt' in credential ? judgeJwt(credential.session_jwt) : 'unsure'),
    authenticate: async (credential, { resource: resource_id, action }) => {
      const organization_id = claimedOrganization(credential) ?? (await authenticate(credential)).organizationId;
      try {
        const check = { authorization_check: { organization_id, resource_id, action } };
        return { ...(await authenticate(credential, check)), isAllowed: true };
      } catch (error) {
        if (!isForbidden(error)) throw error;
        return authenticate(credential); // so that the page can say who is signed in and what they lack
      }
    },
    endSession: async (session_jwt) => {
      await call('sessions.revoke', () => unlessUnknown(client.sessions.revoke({ session_jwt })));
    },
    connections: connectionCalls(client, call),
  };
}

/**
 * The organization that a JWT names, unverified. It only fills in the authorization check. Stytch verifies the JWT in the
 * same call, so a false name is refused. This saves a call.
 */
function claimedOrganization(credential: Credential): string | null {
  if (!('session_jwt' in credential)) return null;
  const payload = Buffer.from(credential.session_jwt.split('.')[1] ?? '', 'base64url').toString('utf8');
  return idOrNull(asRecord(asRecord(parseJson(payload))['https://stytch.com/organization']).organization_id);
}

function signedInOf(answer: unknown): SignedIn {
  const { member_session, member, session_jwt } = asRecord(answer);
  const memberId = idOrNull(asRecord(member_session).member_id);
  const organizationId = idOrNull(asRecord(member_session).organization_id);
  if (memberId === null || organizationId === null || typeof session_jwt !== 'string') {
    throw new TypeError('The answer lacks its main part');
  }
  const email = asRecord(member).email_address;
  const sessionJwt = session_jwt;
  return { memberId, organizationId, email: typeof email === 'string' ? email : '', sessionJwt, isAllowed: false };
}

/** Stytch's errors when the policy does not allow the action. The last two are inferred: the policy lacks the resource or action. */
const forbidden = ['session_authorization_error', 'invalid_permission_resource', 'invalid_permission_action'];

function isForbidden(error: unknown): boolean {
  return error instanceof StytchRefusal && forbidden.includes(error.errorType);
}
