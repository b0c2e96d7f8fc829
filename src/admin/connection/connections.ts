import type { Database } from '../../database/database.js';
import { describeFailure, TransientError } from '../../errors/errors.js';
import { Refusal } from '../../http/refusal.js';
import { refusalOf } from '../../http/refusal-of.js';
import type { Log } from '../../log/log.js';
import type { LiveConnection, StytchConnections } from '../../stytch/connections.js';
import type { Admin } from '../authorize.js';
import { actorOf, callWithRecovery } from './call-with-recovery.js';
import { chosenProvider } from './changes.js';
import { type ProviderId, providers } from './providers.js';
import { loadConnectionRows, noticeChanges, retireConnection, saveConnection } from './rows.js';
import { type ConnectionView, connectionView, type Known } from './view.js';

export type ConnectionDependencies = {
  database: Database;
  stytch: StytchConnections;
  /** Queues a sweep of the team, because its members may have changed. */
  reread: (teamId: string) => Promise<void>;
  log: Log;
};

/** The team's connection as Stytch has it now. Null when there is none. */
export async function readConnection(deps: ConnectionDependencies, admin: Admin): Promise<ConnectionView | null> {
  const found = await findConnection(deps, admin);
  return found && connectionView(found.live, found.known, new Date());
}

export type NewConnection = { identityProvider: ProviderId; displayName: string };

/**
 * Creates the connection. Stytch allows one, so a double click does not make a second. When Stytch's answer is lost, the
 * connection may exist although nobody has seen its token.
 * @returns the token, which is shown this once
 * @throws Refusal (`connection_exists`, `token_lost`)
 */
export async function createConnection(
  deps: ConnectionDependencies,
  admin: Admin,
  { identityProvider, displayName }: NewConnection,
): Promise<{ connection: ConnectionView; token: string }> {
  if ((await findConnection(deps, admin)) !== null) throw new Refusal('connection_exists');
  const fields = { identityProvider: providers[identityProvider].stytch, displayName };
  const created = await createAtStytch(deps, admin, fields);
  const { connection: live, token } = created;
  await saveWithToken(deps, admin, { live, identityProvider, action: 'scim_connection.create' });
  await requestReread(deps, admin);
  if (token === null) throw new Refusal('token_lost');
  const known = { identityProvider, createdAt: new Date(), createdBy: admin.person.memberId };
  return { connection: connectionView(live, known, new Date()), token };
}

type Created = { connection: LiveConnection; token: string | null };

/** `token` is null when Stytch's answer was lost. */
async function createAtStytch(
  deps: ConnectionDependencies,
  admin: Admin,
  fields: Parameters<StytchConnections['create']>[1],
): Promise<Created> {
  const actor = actorOf(admin);
  try {
    return await callWithRecovery<Created>(
      deps.stytch,
      actor,
      () => deps.stytch.create(actor, fields),
      (now, error) => (now !== null && error instanceof TransientError ? { connection: now, token: null } : null),
    );
  } catch (error) {
    if (refusalOf(error).code === 'connection_exists') await findConnection(deps, admin); // somebody made it meanwhile: record it
    throw error;
  }
}

export async function renameConnection(
  deps: ConnectionDependencies,
  admin: Admin,
  displayName: string,
): Promise<ConnectionView> {
  const { live, known } = await requireConnection(deps, admin);
  const actor = actorOf(admin);
  const renamed = await callWithRecovery(
    deps.stytch,
    actor,
    () => deps.stytch.rename(actor, live.id, displayName),
    (now) => (now?.displayName === displayName ? now : null),
  );
  const { identityProvider } = known;
  await saveConnection(deps.database, admin, { live: renamed, identityProvider, action: 'scim_connection.rename' });
  return connectionView(renamed, known, new Date());
}

/**
 * Deletes the connection in Stytch, for good. A connection that is already gone counts as deleted.
 * @param expectedId the connection that the admin saw. If there is another one now, nothing is deleted
 */
export async function deleteConnection(
  deps: ConnectionDependencies,
  admin: Admin,
  expectedId?: string,
): Promise<{ id: string }> {
  const { live } = await requireConnection(deps, admin);
  if (expectedId !== undefined && expectedId !== live.id) throw new Refusal('changed_meanwhile');
  const actor = actorOf(admin);
  const deleted = { id: live.id };
  await callWithRecovery(
    deps.stytch,
    actor,
    () => deps.stytch.remove(actor, live.id).then(() => deleted),
    (now) => (now?.id === live.id ? null : deleted),
  );
  await retireConnection(deps.database, admin, live.id);
  await requestReread(deps, admin);
  return deleted;
}

export type Found = { live: LiveConnection; known: Known };

/** Reads the connection from Stytch, and updates our rows to match. */
async function findConnection(deps: ConnectionDependencies, admin: Admin): Promise<Found | null> {
  const rows = await loadConnectionRows(deps.database, admin.team.id);
  const live = await deps.stytch.get(actorOf(admin));
  await noticeChanges(deps.database, admin.team.id, rows, live);
  if (live === null) return null;
  const row = rows.find(({ id }) => id === live.id);
  const identityProvider = chosenProvider(row, live);
  return {
    live,
    known: { identityProvider, createdAt: row?.createdAt ?? new Date(), createdBy: row?.createdBy ?? null },
  };
}

/** @throws Refusal (`no_connection`) */
export async function requireConnection(deps: ConnectionDependencies, admin: Admin): Promise<Found> {
  const found = await findConnection(deps, admin);
  if (found === null) throw new Refusal('no_connection');
  return found;
}

/** Saves after a call that made a token. Never fails, because the token must be shown now. The next read repairs the row. */
export async function saveWithToken(
  { database, log }: ConnectionDependencies,
  admin: Admin,
  saved: Parameters<typeof saveConnection>[2],
): Promise<void> {
  await saveConnection(database, admin, saved).catch((error) =>
    log.error(
      { connectionId: saved.live.id, error: describeFailure(error) },
      `${saved.action} is done but not recorded`,
    ),
  );
}

/** If this fails, the next sweep comes within minutes anyway. */
async function requestReread({ reread, log }: ConnectionDependencies, { team }: Admin): Promise<void> {
  await reread(team.id).catch((error) =>
    log.warn({ teamId: team.id, error: describeFailure(error) }, 'could not queue a sweep of the team'),
  );
}
