import { recordAct } from '../../database/audit.js';
import { type Database, type Transaction, withDatabaseErrors } from '../../database/database.js';
import { Refusal } from '../../http/refusal.js';
import type { Admin } from '../authorize.js';

/**
 * Decides that a name needs no role. It changes no access: a role with that name would still be granted. Only a name that
 * somebody in the team has can be ignored, so a team has no more rows than names. Twice is the same as once.
 * @throws Refusal (`not_found`)
 */
export function ignoreName(database: Database, admin: Admin, value: string): Promise<void> {
  const { id } = admin.team;
  return deciding(database, async (tx) => {
    const [{ isSent }] = await tx.$queryRaw<[{ isSent: boolean }]>`
      SELECT EXISTS (SELECT FROM idp_role_values v JOIN users u ON u.id = v.user_id
        WHERE v.value = ${value} AND u.team_id = ${id}::uuid) AS "isSent"`;
    if (!isSent) throw new Refusal('not_found', 'Your identity provider sends that name for nobody.');
    const added = await tx.$executeRaw`
      INSERT INTO ignored_role_names (team_id, value) VALUES (${id}::uuid, ${value}) ON CONFLICT DO NOTHING`;
    if (added > 0) await record(tx, admin, { action: 'role_name.ignore', value });
  });
}

/** Takes that back. */
export function considerName(database: Database, admin: Admin, value: string): Promise<void> {
  return deciding(database, async (tx) => {
    const { count } = await tx.ignoredRoleName.deleteMany({ where: { teamId: admin.team.id, value } });
    if (count > 0) await record(tx, admin, { action: 'role_name.consider', value });
  });
}

function deciding(database: Database, work: (tx: Transaction) => Promise<void>): Promise<void> {
  return withDatabaseErrors(() => database.$transaction(work));
}

function record(tx: Transaction, { person, team }: Admin, { action, value }: { action: string; value: string }) {
  return recordAct(
    tx,
    { actor: person.memberId },
    { action, target: value, details: { teamId: team.id, name: value } },
  );
}
