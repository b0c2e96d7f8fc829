import { recordAct } from '../../database/audit.js';
import { type Database, databaseProblem, type Transaction, withDatabaseErrors } from '../../database/database.js';
import { isScimRole, type TeamRole } from '../../directory/role-matching.js';
import { scimRoleName } from '../../directory/world.js';
import { Refusal } from '../../http/refusal.js';
import type { Admin } from '../authorize.js';
import { permissionsMax } from '../permissions.js';
import { fingerprintOf, type People, type RoleEffect, roleEffect, roleHolders } from './effects.js';

export type NewRole = { value: string; permissions: string[]; fingerprint?: string };

/** Who would get the role `scim:` + value. */
export function previewCreate(database: Database, { team }: Admin, value: string): Promise<RoleEffect> {
  return withDatabaseErrors(() => roleEffect(database, { teamId: team.id, roleId: null, value }));
}

/**
 * Creates the role. The back-fill grants it within a minute, as for a role that anybody else creates.
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
    const effect = requireConfirmed(await roleEffect(tx, { teamId: team.id, roleId: null, value }), fingerprint);
    const role = await tx.role.create({ data: { teamId: team.id, name: scimRoleName(value), permissions } });
    await record(tx, admin, { action: 'role.create', role, details: { gain: effect.gain.total, permissions } });
    return { ...limited(role), effect };
  });
}

/** A role, and the effect of a change to it. */
export type Preview = {
  role: TeamRole;
  effect: RoleEffect;
  /** All holders of the role, by SCIM or by hand. */
  holders: People;
  /** Set when the change has permissions. */
  permissionChange?: PermissionChange;
};
export type PermissionChange = { added: string[]; removed: string[] };

/** A new value, other permissions, or both. */
export type RoleChange = { id: string; value?: string; permissions?: string[]; fingerprint?: string };

export function previewChange(database: Database, admin: Admin, change: RoleChange): Promise<Preview> {
  return withDatabaseErrors(async () =>
    previewOf(database, await findRole(database, admin, change.id), { admin, change }),
  );
}

/**
 * Changes the role. Holders of a new value gain it, and holders of only the old value lose it, within a minute. New permissions
 * apply to all holders at once.
 * @throws Refusal (`role_exists`, `changed_meanwhile`, `not_found`)
 */
export async function changeRole(
  database: Database,
  admin: Admin,
  change: RoleChange,
): Promise<TeamRole & Omit<Preview, 'role'>> {
  return writing(database, async (tx) => {
    const role = await lockRole(tx, admin, change.id);
    const { role: _, ...preview } = await previewOf(tx, role, { admin, change });
    const { effect, permissionChange } = preview;
    requireConfirmed(effect, change.fingerprint);
    const changed = await tx.role.update({
      where: { id: role.id, teamId: admin.team.id },
      data: {
        ...(change.value === undefined ? {} : { name: scimRoleName(change.value) }),
        ...(change.permissions === undefined ? {} : { permissions: change.permissions }),
      },
    });
    if (change.value !== undefined) {
      const details = { was: role.name, gain: effect.gain.total, lose: effect.lose.total };
      await record(tx, admin, { action: 'role.rename', role: changed, details });
    }
    if (permissionChange !== undefined) {
      const details = { ...permissionChange, holders: preview.holders.total };
      await record(tx, admin, { action: 'role.permissions', role: changed, details });
    }
    return { ...limited(changed), ...preview };
  });
}

/** For a change of permissions the fingerprint also covers the current permissions. */
async function previewOf(
  database: Database | Transaction,
  role: TeamRole,
  { admin, change: { value, permissions } }: { admin: Admin; change: RoleChange },
): Promise<Preview> {
  const step = { teamId: admin.team.id, roleId: role.id, value: value ?? valueOfRole(role) };
  const effect = await roleEffect(database, step);
  const holders = await roleHolders(database, role.id);
  if (permissions === undefined) return { role, effect, holders };
  const added = permissions.filter((one) => !role.permissions.includes(one));
  const removed = role.permissions.filter((one) => !permissions.includes(one));
  const fingerprint = fingerprintOf([effect.fingerprint, ...role.permissions]);
  return { role, effect: { ...effect, fingerprint }, holders, permissionChange: { added, removed } };
}

function valueOfRole({ name }: TeamRole): string {
  return name.slice(scimRoleName('').length);
}

export function previewDelete(database: Database, admin: Admin, id: string): Promise<Preview> {
  return withDatabaseErrors(async () => {
    const role = await findRole(database, admin, id);
    const effect = await roleEffect(database, { teamId: admin.team.id, roleId: role.id, value: null });
    return { role, effect, holders: await roleHolders(database, role.id) };
  });
}

/** Deletes the role with all its grants, manual ones too. */
export async function deleteRole(
  database: Database,
  admin: Admin,
  gone: { id: string; fingerprint?: string },
): Promise<TeamRole & { effect: RoleEffect }> {
  return writing(database, async (tx) => {
    const role = await lockRole(tx, admin, gone.id);
    const step = { teamId: admin.team.id, roleId: role.id, value: null };
    const effect = requireConfirmed(await roleEffect(tx, step), gone.fingerprint);
    await tx.role.deleteMany({ where: { id: role.id, teamId: admin.team.id } });
    const details = { lose: effect.lose.total, loseManual: effect.loseManual.total };
    await record(tx, admin, { action: 'role.delete', role, details });
    return { ...role, effect };
  });
}

/** A SCIM role of this team. Other roles can't be changed here. @throws Refusal (`not_found`) */
export async function findRole(database: Database | Transaction, { team }: Admin, id: string): Promise<TeamRole> {
  const role = isUuid(id) ? await database.role.findFirst({ where: { id, teamId: team.id } }) : null;
  if (role === null || !isScimRole(role.name)) {
    throw new Refusal('not_found', 'Your team has no such SCIM role. It may have been deleted.');
  }
  return limited(role);
}

export function isUuid(text: unknown): text is string {
  return typeof text === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}

/** Locks the role, so that concurrent changes of it run one after the other. */
async function lockRole(tx: Transaction, admin: Admin, id: string): Promise<TeamRole> {
  await tx.$queryRaw`SELECT 1 FROM roles WHERE id::text = ${id} AND team_id = ${admin.team.id}::uuid FOR UPDATE`;
  return findRole(tx, admin, id);
}

function requireConfirmed(effect: RoleEffect, fingerprint: string | undefined): RoleEffect {
  if (fingerprint !== undefined && fingerprint !== effect.fingerprint) throw new Refusal('changed_meanwhile');
  return effect;
}

async function writing<T>(database: Database, write: (tx: Transaction) => Promise<T>): Promise<T> {
  return withDatabaseErrors(async () => {
    try {
      return await database.$transaction(write);
    } catch (error) {
      const isTaken = uniqueViolation.includes(databaseProblem(error).code);
      throw isTaken ? new Refusal('role_exists') : error;
    }
  });
}

/** PostgreSQL's code, and Prisma's codes for the same. */
const uniqueViolation = ['23505', 'UniqueConstraintViolation', 'P2002'];

type RoleAct = { action: string; role: TeamRole; details: Record<string, string | number | string[]> };

function record(tx: Transaction, { person, team }: Admin, { action, role, details }: RoleAct): Promise<void> {
  const about = { teamId: team.id, role: role.name, ...details };
  return recordAct(tx, { actor: person.memberId }, { action, target: role.id, details: about });
}

function limited({ id, name, permissions }: TeamRole): TeamRole {
  return { id, name, permissions: permissions.slice(0, permissionsMax) };
}
