import { TransientError } from '../../errors/errors.js';
import { Refusal } from '../../http/refusal.js';
import type { LiveConnection } from '../../stytch/connections.js';
import type { Admin } from '../authorize.js';
import { actorOf, callWithRecovery } from './call-with-recovery.js';
import { type ConnectionDependencies, requireConnection, saveWithToken } from './connections.js';
import { saveConnection } from './rows.js';
import { type ConnectionView, connectionView } from './view.js';

/**
 * Starts a rotation: Stytch makes a new token, and the old one works until the rotation is completed. When the answer is
 * lost, the new token is lost too. Then the rotation is cancelled, so that the admin can start again.
 * @returns the new token, which is shown this once
 * @throws Refusal (`no_connection`, `rotating`)
 */
export async function startRotation(
  deps: ConnectionDependencies,
  admin: Admin,
): Promise<{ connection: ConnectionView; token: string }> {
  const { live, known } = await requireConnection(deps, admin);
  if (live.next !== null) throw new Refusal('rotating');
  const actor = actorOf(admin);
  const started = await deps.stytch.startRotation(actor, live.id).catch(async (error) => {
    // Fails when the rotation did not start, which is fine.
    if (error instanceof TransientError) await deps.stytch.cancelRotation(actor, live.id).catch(() => {});
    throw error;
  });
  const { identityProvider } = known;
  const action = 'scim_token.rotation_start';
  await saveWithToken(deps, admin, { live: started.connection, identityProvider, action });
  return { connection: connectionView(started.connection, known, new Date()), token: started.token };
}

/**
 * Replaces the old token by the new one. The old one stops working.
 * @param shownLastFour the end of the token that the admin was shown. If another token waits, nothing is done
 * @throws Refusal (`no_connection`, `not_rotating`, `token_differs`)
 */
export function completeRotation(
  deps: ConnectionDependencies,
  admin: Admin,
  shownLastFour?: string,
): Promise<ConnectionView> {
  return endRotation(deps, admin, {
    action: 'scim_token.rotation_complete',
    call: 'completeRotation',
    remainingLastFour: (_current, next) => {
      if (shownLastFour !== undefined && shownLastFour !== next) throw new Refusal('token_differs');
      return next;
    },
  });
}

/** Drops the new token. The old one continues to work. @throws Refusal (`no_connection`, `not_rotating`) */
export function cancelRotation(deps: ConnectionDependencies, admin: Admin): Promise<ConnectionView> {
  return endRotation(deps, admin, {
    action: 'scim_token.rotation_cancel',
    call: 'cancelRotation',
    remainingLastFour: (current) => current,
  });
}

/**
 * Makes a new token that works at once; the old one stops working. For a token that was lost before the provider used it. If the
 * process dies in between, a rotation waits: the next call cancels it and starts again.
 * @returns the new token, which is shown this once
 * @throws Refusal (`no_connection`)
 */
export async function replaceToken(
  deps: ConnectionDependencies,
  admin: Admin,
): Promise<{ connection: ConnectionView; token: string }> {
  const { live } = await requireConnection(deps, admin);
  if (live.next !== null) await cancelRotation(deps, admin);
  const { token } = await startRotation(deps, admin);
  return { connection: await completeRotation(deps, admin), token };
}

type End = {
  action: string;
  call: 'completeRotation' | 'cancelRotation';
  /** The end of the token that works afterwards. */
  remainingLastFour: (current: string, next: string) => string;
};

async function endRotation(
  deps: ConnectionDependencies,
  admin: Admin,
  { action, call, remainingLastFour }: End,
): Promise<ConnectionView> {
  const { live, known } = await requireConnection(deps, admin);
  if (live.next === null) throw new Refusal('not_rotating');
  const remaining = remainingLastFour(live.tokenLastFour, live.next.tokenLastFour);
  const actor = actorOf(admin);
  const isEnded = (now: LiveConnection | null) => now?.next === null && now.tokenLastFour === remaining;
  const ended = await callWithRecovery(
    deps.stytch,
    actor,
    () => deps.stytch[call](actor, live.id),
    (now) => (isEnded(now) ? now : null),
  );
  await saveConnection(deps.database, admin, { live: ended, identityProvider: known.identityProvider, action });
  return connectionView(ended, known, new Date());
}
