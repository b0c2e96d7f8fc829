import { recordAct } from '../../database/audit.js';
import { type Database, type Transaction, withDatabaseErrors } from '../../database/database.js';
import type { LiveConnection } from '../../stytch/connections.js';
import type { Admin } from '../authorize.js';
import { type ConnectionChange, type ConnectionRow, connectionChanges } from './changes.js';
import type { ProviderId } from './providers.js';

/** Stytch allows one connection at a time. A team with a hundred rows has deleted ninety-nine. */
const connectionsMax = 100;

/** All connections that the team ever had, latest first. */
export function loadConnectionRows(database: Database, teamId: string) {
  return withDatabaseErrors(() =>
    database.scimConnection.findMany({ where: { teamId }, orderBy: { createdAt: 'desc' }, take: connectionsMax }),
  );
}

/**
 * Updates our rows to match Stytch. The rows were read before the call to Stytch, and each statement checks that they have not
 * changed since. So a slow read can't undo a later change.
 */
export async function noticeChanges(
  database: Database,
  teamId: string,
  rows: readonly ConnectionRow[],
  live: LiveConnection | null,
): Promise<void> {
  const changes = connectionChanges(rows, live);
  if (changes.length === 0) return;
  await withDatabaseErrors(() =>
    database.$transaction(async (tx) => {
      for (const change of changes) await notice(tx, teamId, change, rows);
    }),
  );
}

async function notice(
  tx: Transaction,
  teamId: string,
  change: ConnectionChange,
  rows: readonly ConnectionRow[],
): Promise<void> {
  const id = change.change === 'gone' ? change.id : change.live.id;
  const before = rows.find((row) => row.id === id);
  const written =
    change.change === 'found'
      ? await insertConnection(tx, teamId, change.live, change.identityProvider)
      : await tx.scimConnection.updateMany({
          where: { id, teamId, ...asRead(before) },
          data:
            change.change === 'gone'
              ? retired()
              : { ...fieldsOf(change.live, change.identityProvider), status: 'active' },
        });
  if (written.count === 0) return; // another request was first
  const details = { teamId, ...(change.change === 'updated' ? { what: change.what } : {}) };
  await recordAct(tx, { actor: 'stytch' }, { action: `scim_connection.${change.change}`, target: id, details });
}

/** Saves Stytch's answer. A concurrent read may have added the row already, so it is inserted or updated. */
export async function saveConnection(
  database: Database,
  { team, person }: Admin,
  saved: { live: LiveConnection; identityProvider: ProviderId; action: string },
): Promise<void> {
  const { live, identityProvider, action } = saved;
  await database.$transaction(async (tx) => {
    await insertConnection(tx, team.id, live, identityProvider);
    const isNew = action === 'scim_connection.create';
    await tx.scimConnection.updateMany({
      where: { id: live.id, teamId: team.id },
      data: { ...fieldsOf(live, identityProvider), ...(isNew ? { createdBy: person.memberId } : {}) },
    });
    const details = { teamId: team.id, identityProvider, tokenLastFour: live.tokenLastFour };
    await recordAct(tx, { actor: person.memberId }, { action, target: live.id, details });
  });
}

export async function retireConnection(database: Database, { team, person }: Admin, id: string): Promise<void> {
  await database.$transaction(async (tx) => {
    await tx.scimConnection.updateMany({ where: { id, teamId: team.id }, data: retired() });
    const details = { teamId: team.id };
    await recordAct(tx, { actor: person.memberId }, { action: 'scim_connection.delete', target: id, details });
  });
}

/** Does nothing if the row exists. */
function insertConnection(tx: Transaction, teamId: string, live: LiveConnection, identityProvider: ProviderId) {
  const row = { id: live.id, teamId, ...fieldsOf(live, identityProvider) };
  return tx.scimConnection.createMany({ data: [row], skipDuplicates: true });
}

function asRead(row: ConnectionRow | undefined) {
  const { status = '', displayName = '', bearerTokenLastFour = '' } = row ?? {};
  return { status, displayName, bearerTokenLastFour };
}

function fieldsOf(live: LiveConnection, identityProvider: ProviderId) {
  const { displayName, baseUrl, tokenLastFour } = live;
  return { identityProvider, displayName, baseUrl, bearerTokenLastFour: tokenLastFour, updatedAt: new Date() };
}

function retired() {
  return { status: 'deleted', updatedAt: new Date() };
}
