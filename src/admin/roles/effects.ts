import { createHash } from 'node:crypto';
import { type Database, type Sql, sql, type Transaction } from '../../database/database.js';

/** Who gains or loses a role by a change, computed before the change. */
export type RoleEffect = {
  gain: People;
  lose: People;
  /** Manual grants that a deletion removes. */
  loseManual: People;
  /** A hash of the effect. The confirmation sends it back, and is refused if the effect is different by then. */
  fingerprint: string;
};

export type People = { total: number; people: Person[] };
export type Person = { id: string; name: string; email: string };

/** The change: the role (null: a new one) and its new value (null: it is deleted). */
export type RoleStep = { teamId: string; roleId: string | null; value: string | null };

/** People that are listed by name. The rest is a number. */
const shownMax = 50;

/**
 * Who gains and who loses the role, by the same rule as the plan. PostgreSQL counts, hashes and cuts the list, so a role of
 * 100,000 people costs this process no more than a role of fifty.
 */
export async function roleEffect(
  database: Database | Transaction,
  { teamId, roleId, value }: RoleStep,
): Promise<RoleEffect> {
  const now = granted(roleId, 'scim');
  const wanted = sql.piece`SELECT u.id FROM users u WHERE u.team_id = ${teamId}::uuid AND u.status = 'active'
    AND EXISTS (SELECT 1 FROM idp_role_values v WHERE v.user_id = u.id AND v.value = ${value})`;
  const gain = await groupOf(database, sql.piece`${wanted} EXCEPT ${now}`);
  const lose = await groupOf(database, sql.piece`${now} EXCEPT ${wanted}`);
  const loseManual = value === null ? await groupOf(database, granted(roleId, 'manual')) : nobody;
  const fingerprint = fingerprintOf([gain, lose, loseManual].map(({ hash }) => hash));
  return { gain: shown(gain), lose: shown(lose), loseManual: shown(loseManual), fingerprint };
}

/** All holders of the role, by SCIM or by hand. */
export async function roleHolders(database: Database | Transaction, roleId: string): Promise<People> {
  return shown(
    await groupOf(database, sql.piece`SELECT DISTINCT user_id AS id FROM role_grants WHERE role_id = ${roleId}::uuid`),
  );
}

/** A short hash of the parts. */
export function fingerprintOf(parts: readonly (string | null)[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 22);
}

function granted(roleId: string | null, source: 'scim' | 'manual'): Sql {
  return sql.piece`SELECT user_id AS id FROM role_grants WHERE role_id = ${roleId}::uuid AND source = ${source}`;
}

type Group = { total: number; people: Person[] | null; hash: string | null };
const nobody: Group = { total: 0, people: null, hash: null };

/** @param ids a query for user ids */
async function groupOf(database: Database | Transaction, ids: Sql): Promise<Group> {
  const [group] = await database.$queryRaw<[Group]>`
    WITH ids AS MATERIALIZED (${ids})
    SELECT count(*)::int AS total, encode(sha256(string_agg(uuid_send(id), ''::bytea ORDER BY id)), 'base64') AS hash,
      (SELECT jsonb_agg(named) FROM (
        SELECT u.id, u.name, u.email FROM ids JOIN users u ON u.id = ids.id ORDER BY u.name, u.email, u.id
        LIMIT ${shownMax}) named) AS people
    FROM ids`;
  return group;
}

function shown({ total, people }: Group): People {
  return { total, people: people ?? [] };
}
