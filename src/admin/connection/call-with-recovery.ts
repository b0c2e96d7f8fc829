import type { Actor, LiveConnection, StytchConnections } from '../../stytch/connections.js';
import type { Admin } from '../authorize.js';

/**
 * Calls Stytch. The answer of a call can get lost although the call was carried out. So after a failure this reads the
 * connection, and `resultIn` says what the call would have returned, or null if it was not carried out.
 * @throws the call's own error when it was not carried out, or when Stytch can't be read
 */
export async function callWithRecovery<Result>(
  stytch: StytchConnections,
  actor: Actor,
  call: () => Promise<Result>,
  resultIn: (now: LiveConnection | null, error: unknown) => Result | null,
): Promise<Result> {
  try {
    return await call();
  } catch (error) {
    const now = await stytch.get(actor).catch(() => undefined);
    const result = now === undefined ? null : resultIn(now, error);
    if (result === null) throw error;
    return result;
  }
}

export function actorOf({ person }: Admin): Actor {
  return { organizationId: person.organizationId, sessionJwt: person.sessionJwt };
}
