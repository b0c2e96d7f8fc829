import { TransientError } from '../../errors/errors.js';
import { Refusal } from '../../http/refusal.js';
import type { Admin } from '../authorize.js';
import { behalfOf, type ConnectionDependencies, lookOrRefuse, saveShown } from './connections.js';
import { saveConnection } from './rows.js';
import { type ConnectionView, connectionView } from './view.js';

/**
 * Starts to rotate the token: Stytch makes a new one, and the old one goes on until the rotation is completed. When the
 * answer is lost, so is the token in it: the rotation is cancelled again, and can be started anew.
 * @returns the new token, this once
 */
export async function startRotation(
  deps: ConnectionDependencies,
  admin: Admin,
): Promise<{ connection: ConnectionView; token: string }> {
  const { live, known } = await lookOrRefuse(deps, admin);
  if (live.next !== null) throw new Refusal('rotating');
  const behalf = behalfOf(admin);
  const started = await deps.stytch.startRotation(behalf, live.id).catch(async (error) => {
    if (error instanceof TransientError) await deps.stytch.cancelRotation(behalf, live.id).catch(() => {}); // it may not have begun
    throw error;
  });
  const { identityProvider } = known;
  const action = 'scim_token.rotation_start';
  await saveShown(deps, admin, { live: started.connection, identityProvider, action });
  return { connection: connectionView(started.connection, known, new Date()), token: started.token };
}

/**
 * The new token replaces the old one, which is dead from now on.
 * @param shownLastFour the end of the token that the admin was shown: if another one waits, nothing is done
 */
export async function completeRotation(
  deps: ConnectionDependencies,
  admin: Admin,
  shownLastFour?: string,
): Promise<ConnectionView> {
  const { live, known } = await lookOrRefuse(deps, admin);
  if (live.next === null) throw new Refusal('not_rotating');
  if (shownLastFour !== undefined && shownLastFour !== live.next.tokenLastFour) throw new Refusal('token_differs');
  const waiting = live.next.tokenLastFour;
  const completed = await deps.stytch.completeRotation(behalfOf(admin), live.id).catch(async (error) => {
    const after = await deps.stytch.get(behalfOf(admin)).catch(() => null);
    if (after === null || after.next !== null || after.tokenLastFour !== waiting) throw error;
    return after; // it is done, and only the answer was lost
  });
  const { identityProvider } = known;
  const action = 'scim_token.rotation_complete';
  await saveConnection(deps.database, admin, { live: completed, identityProvider, action });
  return connectionView(completed, known, new Date());
}

/** The new token is dead, the old one goes on. */
export async function cancelRotation(deps: ConnectionDependencies, admin: Admin): Promise<ConnectionView> {
  const { live, known } = await lookOrRefuse(deps, admin);
  if (live.next === null) throw new Refusal('not_rotating');
  const cancelled = await deps.stytch.cancelRotation(behalfOf(admin), live.id).catch(async (error) => {
    const after = await deps.stytch.get(behalfOf(admin)).catch(() => null);
    if (after === null || after.next !== null || after.tokenLastFour !== live.tokenLastFour) throw error;
    return after;
  });
  const { identityProvider } = known;
  const action = 'scim_token.rotation_cancel';
  await saveConnection(deps.database, admin, { live: cancelled, identityProvider, action });
  return connectionView(cancelled, known, new Date());
}
