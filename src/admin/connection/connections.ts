import type { Database } from '../../database/database.js';
import { describeFailure, TransientError } from '../../errors/errors.js';
import { Refusal } from '../../http/refusal.js';
import { refusalOf } from '../../http/refusal-of.js';
import type { Log } from '../../log/log.js';
import type { Actor, LiveConnection, StytchConnections } from '../../stytch/connections.js';
import type { Admin } from '../authorize.js';
import { chosenProvider } from './changes.js';
import { type ProviderId, providers } from './providers.js';
import { loadConnectionRows, noticeChanges, retireConnection, saveConnection } from './rows.js';
import { type ConnectionView, connectionView, type Known } from './view.js';

export type ConnectionDependencies = {
  database: Database;
  stytch: StytchConnections;
  /** Has the team read again soon: its members may be others now. */
  reread: (teamId: string) => Promise<void>;
  log: Log;
};

/** The team's connection as Stytch has it now, whoever made or changed it. */
export async function readConnection(deps: ConnectionDependencies, admin: Admin): Promise<ConnectionView | null> {
  const found = await look(deps, admin);
  return found && connectionView(found.live, found.known, new Date());
}

export type NewConnection = { identityProvider: ProviderId; displayName: string };

/**
 * Creates the connection. Stytch allows one, so a double click makes no second. When Stytch's answer is lost the
 * connection may be there although nobody has seen its token: that is looked up, and said.
 * @returns the token, this once
 */
export async function createConnection(
  deps: ConnectionDependencies,
  admin: Admin,
  { identityProvider, displayName }: NewConnection,
): Promise<{ connection: ConnectionView; token: string }> {
  if ((await look(deps, admin)) !== null) throw new Refusal('connection_exists');
  const fields = { identityProvider: providers[identityProvider].stytch, displayName };
  const made = await deps.stytch
    .create(behalfOf(admin), fields)
    .catch((error) => afterFailedCreate(deps, admin, error));
  await saveShown(deps, admin, { live: made.connection, identityProvider, action: 'scim_connection.create' });
  await askForReread(deps, admin);
  if (made.token === null) throw new Refusal('token_lost');
  const known = { identityProvider, createdAt: new Date(), createdBy: admin.person.memberId };
  return { connection: connectionView(made.connection, known, new Date()), token: made.token };
}

/** @returns the connection that Stytch made although its answer, with the token, did not arrive */
async function afterFailedCreate(
  deps: ConnectionDependencies,
  admin: Admin,
  error: unknown,
): Promise<{ connection: LiveConnection; token: null }> {
  if (refusalOf(error).code === 'connection_exists') await look(deps, admin); // made in between: take note of it
  if (!(error instanceof TransientError)) throw error;
  const connection = await deps.stytch.get(behalfOf(admin)).catch(() => null);
  if (connection === null) throw error;
  return { connection, token: null };
}

export async function renameConnection(
  deps: ConnectionDependencies,
  admin: Admin,
  displayName: string,
): Promise<ConnectionView> {
  const { live, known } = await lookOrRefuse(deps, admin);
  const renamed = await deps.stytch.rename(behalfOf(admin), live.id, displayName).catch(async (error) => {
    const after = await deps.stytch.get(behalfOf(admin)).catch(() => null);
    if (after?.displayName !== displayName) throw error;
    return after; // it is done, and only the answer was lost
  });
  const { identityProvider } = known;
  await saveConnection(deps.database, admin, { live: renamed, identityProvider, action: 'scim_connection.rename' });
  return connectionView(renamed, known, new Date());
}

/**
 * Deletes it in Stytch, for good. Deleting what is gone already is fine: that is what was asked for.
 * @param meant the connection that the admin was looking at: another one, made since, is left alone
 */
export async function deleteConnection(
  deps: ConnectionDependencies,
  admin: Admin,
  meant?: string,
): Promise<{ id: string }> {
  const { live } = await lookOrRefuse(deps, admin);
  if (meant !== undefined && meant !== live.id) throw new Refusal('changed_meanwhile');
  await deps.stytch.remove(behalfOf(admin), live.id).catch(async (error) => {
    const left = await deps.stytch.get(behalfOf(admin)).catch(() => live);
    if (left?.id === live.id) throw error; // else it is done, and only the answer was lost
  });
  await retireConnection(deps.database, admin, live.id);
  await askForReread(deps, admin);
  return { id: live.id };
}

export type Found = { live: LiveConnection; known: Known };

/** What Stytch has, after our rows were brought to it. */
async function look(deps: ConnectionDependencies, admin: Admin): Promise<Found | null> {
  const rows = await loadConnectionRows(deps.database, admin.team.id);
  const live = await deps.stytch.get(behalfOf(admin));
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
export async function lookOrRefuse(deps: ConnectionDependencies, admin: Admin): Promise<Found> {
  const found = await look(deps, admin);
  if (found === null) throw new Refusal('no_connection');
  return found;
}

export function behalfOf({ person }: Admin): Actor {
  return { organizationId: person.organizationId, sessionJwt: person.sessionJwt };
}

/** For acts that made a token: it is shown whatever happens here, for it can't be had again; the next look notices. */
export async function saveShown(
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

/** The sweep would come by itself within minutes. */
async function askForReread({ reread, log }: ConnectionDependencies, { team }: Admin): Promise<void> {
  await reread(team.id).catch((error) =>
    log.warn({ teamId: team.id, error: describeFailure(error) }, 'could not ask for the team to be read again'),
  );
}
