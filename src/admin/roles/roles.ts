import { recordAct } from '../../database/audit.js';
import { type Database, databaseProblem, type Transaction } from '../../database/database.js';
import { isScimRole, type TeamRole } from '../../directory/role-matching.js';
import { scimRoleName } from '../../directory/world.js';
import { Refusal } from '../../http/refusal.js';
import type { Admin } from '../authorize.js';
import { inDatabase } from '../in-database.js';
import { permissionsMax } from '../permissions.js';
import { type RoleEffect, roleEffect } from './effects.js';

export type NewRole = { value: string; permissions: string[]; fingerprint?: string };

/** Who would get `scim:` + value. */
export function previewCreate(database: Database, { team }: Admin, value: string): Promise<RoleEffect> {
  return inDatabase(() => roleEffect(database, { teamId: team.id, roleId: null, value }));
}

/**
 * Creates the role. Who gets it is given it by the back-fill, within a minute, as for a role that anybody else creates.
 * @throws Refusal (`role_exists`, `changed_meanwhile`)
 */
export async function createRole(
  database: Database,
  admin: Admin,
  wanted: NewRole,
): Promise<TeamRole & { effect: RoleEffect }> {
  const { team } = admin;
  const { value, permissions, fingerprint } = wanted;
  return writing(database, async (tx) => {
    const effect = confirmed(await roleEffect(tx, { teamId: team.id, roleId: null, value }), fingerprint);
    const role = await tx.role.create({ data: { teamId: team.id, name: scimRoleName(value), permissions } });
    await record(tx, admin, 'role.create', role, { gain: effect.gain.total, permissions });
    return { ...shown(role), effect };
  });
}

export function previewRename(database: Database, admin: Admin, id: string, value: string): Promise<Preview> {
  return inDatabase(async () => {
    const role = await findRole(database, admin, id);
    return { role, effect: await roleEffect(database, { teamId: admin.team.id, roleId: role.id, value }) };
  });
}

/** What a page asks about before it does it. */
export type Preview = { role: TeamRole; effect: RoleEffect };

/** Renames the role: whoever holds the new value gains it, whoever holds only the old one loses it. */
export async function renameRole(
  database: Database,
  admin: Admin,
  change: { id: string; value: string; fingerprint?: string },
): Promise<TeamRole & { effect: RoleEffect }> {
  return writing(database, async (tx) => {
    const role = await lockRole(tx, admin, change.id);
    const step = { teamId: admin.team.id, roleId: role.id, value: change.value };
    const effect = confirmed(await roleEffect(tx, step), change.fingerprint);
    const renamed = await tx.role.update({
      where: { id: role.id, teamId: admin.team.id },
      data: { name: scimRoleName(change.value) },
    });
    const details = { was: role.name, gain: effect.gain.total, lose: effect.lose.total };
    await record(tx, admin, 'role.rename', renamed, details);
    return { ...shown(renamed), effect };
  });
}

export function previewDelete(database: Database, admin: Admin, id: string): Promise<Preview> {
  return inDatabase(async () => {
    const role = await findRole(database, admin, id);
    return { role, effect: await roleEffect(database, { teamId: admin.team.id, roleId: role.id, value: null }) };
  });
}

/** Deletes the role and, with it, every grant of it, those made by hand too. */
export async function deleteRole(
  database: Database,
  admin: Admin,
  gone: { id: string; fingerprint?: string },
): Promise<TeamRole & { effect: RoleEffect }> {
  return writing(database, async (tx) => {
    const role = await lockRole(tx, admin, gone.id);
    const step = { teamId: admin.team.id, roleId: role.id, value: null };
    const effect = confirmed(await roleEffect(tx, step), gone.fingerprint);
    await tx.role.deleteMany({ where: { id: role.id, teamId: admin.team.id } });
    await record(tx, admin, 'role.delete', role, { lose: effect.lose.total, loseManual: effect.loseManual.total });
    return { ...role, effect };
  });
}

/** A scim role of this team. Others are not ours to change, and other teams' are nobody's business. @throws Refusal */
export async function findRole(database: Database | Transaction, { team }: Admin, id: string): Promise<TeamRole> {
  const role = isUuid(id) ? await database.role.findFirst({ where: { id, teamId: team.id } }) : null;
  if (role === null || !isScimRole(role.name)) {
    throw new Refusal('not_found', 'Your team has no such SCIM role. It may have been deleted meanwhile.');
  }
  return shown(role);
}

export function isUuid(text: unknown): text is string {
  return typeof text === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}

/** Two people who change the same role take turns, and the second sees what the first did. */
async function lockRole(tx: Transaction, admin: Admin, id: string): Promise<TeamRole> {
  await tx.$queryRaw`SELECT 1 FROM roles WHERE id::text = ${id} AND team_id = ${admin.team.id}::uuid FOR UPDATE`;
  return findRole(tx, admin, id);
}

function confirmed(effect: RoleEffect, fingerprint: string | undefined): RoleEffect {
  if (fingerprint !== undefined && fingerprint !== effect.fingerprint) throw new Refusal('changed_meanwhile');
  return effect;
}

async function writing<T>(database: Database, write: (tx: Transaction) => Promise<T>): Promise<T> {
  return inDatabase(async () => {
    try {
      return await database.$transaction(write);
    } catch (error) {
      const isTaken = uniqueViolation.includes(databaseProblem(error).code);
      throw isTaken ? new Refusal('role_exists') : error;
    }
  });
}

/** PostgreSQL's code, and Prisma's words for it. */
const uniqueViolation = ['23505', 'UniqueConstraintViolation', 'P2002'];

function record(
  tx: Transaction,
  { person, team }: Admin,
  action: string,
  role: TeamRole,
  details: Record<string, string | number | string[]>,
): Promise<void> {
  const about = { teamId: team.id, role: role.name, ...details };
  return recordAct(tx, { actor: person.memberId }, { action, target: role.id, details: about });
}

function shown({ id, name, permissions }: TeamRole): TeamRole {
  return { id, name, permissions: permissions.slice(0, permissionsMax) };
}
