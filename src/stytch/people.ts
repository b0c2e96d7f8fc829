import { idOrNull } from '../directory/ids.js';
import { asRecord, parseJson } from '../directory/json.js';
import { connectionCalls, type StytchConnections } from './connections.js';
import { createClient, deadlineDefaultMs, type StytchOptions, withDeadline } from './directory.js';
import { explainToPeople, StytchRefusal } from './refusal.js';
import { createJwtJudge, type JwtVerdict } from './session-jwt.js';

/** What a person shows to prove that they are signed in: one of the two forms that Stytch gives a session. */
export type Credential = { session_jwt: string } | { session_token: string };

/** An action on a resource of the Stytch project's policy, `stytch.scim` `create` for example. */
export type Permission = { resource: string; action: string };

/** Somebody whom Stytch vouches for, just now. */
export type SignedIn = {
  memberId: string;
  organizationId: string;
  email: string;
  /** Fresh: what calls made for this person carry, so that Stytch checks them too. */
  sessionJwt: string;
  /** Whether Stytch allows them the action that was asked about. */
  isAllowed: boolean;
};

export type StytchPeople = {
  /** What can be said of a credential without a call; of a session token nothing. */
  judge(credential: Credential): Promise<JwtVerdict>;
  /** @throws StytchRefusal, when the session is unknown, over or forged */
  authenticate(credential: Credential, permission: Permission): Promise<SignedIn>;
  connections: StytchConnections;
};

/** Who is asking, and may they? One call to Stytch, so that a revoked session or role counts at once. */
export function connectStytchPeople(options: StytchOptions): StytchPeople {
  const client = createClient(options);
  const call = withDeadline(options.onCall ?? (() => {}), explainToPeople);
  const authenticate = (credential: Credential, check?: object) =>
    call('sessions.authenticate', deadlineDefaultMs, async () =>
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
        return authenticate(credential); // who they are, to tell them in the right words what they lack
      }
    },
    connections: connectionCalls(client, call),
  };
}

/**
 * The organization that a JWT names. Believed by nobody: it only fills in the question "may this session do that in this
 * organization?", which Stytch answers with no when the JWT is not what it says. Saves a call.
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

/** What Stytch says when the policy does not allow the action. The last two: when it lacks the resource or the action, INFERRED. */
const forbidden = ['session_authorization_error', 'invalid_permission_resource', 'invalid_permission_action'];

function isForbidden(error: unknown): boolean {
  return error instanceof StytchRefusal && forbidden.includes(error.errorType);
}
