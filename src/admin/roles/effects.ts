import { createHash } from 'node:crypto';
import { type Database, type Sql, sql, type Transaction } from '../../database/database.js';

/** What creating, renaming or deleting a role does to people, known before it is done. */
export type RoleEffect = {
  gain: People;
  lose: People;
  /** Grants made by hand, which go with a role that is deleted. */
  loseManual: People;
  /** The fingerprint of this very effect: who confirms it sends it back, and is asked again if it is another by then. */
  fingerprint: string;
};

export type People = { total: number; people: Person[] };
export type Person = { id: string; name: string; email: string };

/** The role that there is, if any, and the value that it is to match, if any: a new role, a new name, no role any more. */
export type RoleStep = { teamId: string; roleId: string | null; value: string | null };

/** Names for the page, a number for the rest. */
const shownMax = 50;

/**
 * Who gains and who loses the role: the same that the plan decides for each of them when it comes to it. Counted, hashed
 * and cut to the names that are shown in PostgreSQL, so that a role of 100,000 people costs this process no more than one
 * of fifty.
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

/** Everybody who holds the role now, by SCIM or by hand. */
export async function roleHolders(database: Database | Transaction, roleId: string): Promise<People> {
  return shown(
    await groupOf(database, sql.piece`SELECT DISTINCT user_id AS id FROM role_grants WHERE role_id = ${roleId}::uuid`),
  );
}

/** Short, and another one whenever one of the parts is another. */
export function fingerprintOf(parts: readonly (string | null)[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 22);
}

function granted(roleId: string | null, source: 'scim' | 'manual'): Sql {
  return sql.piece`SELECT user_id AS id FROM role_grants WHERE role_id = ${roleId}::uuid AND source = ${source}`;
}

type Group = { total: number; people: Person[] | null; hash: string | null };
const nobody: Group = { total: 0, people: null, hash: null };

/** @param ids a query for the ids of users */
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
