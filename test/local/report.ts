import { changeInWords } from '../../src/admin/activity/change-words.js';
import { reasonInWords } from '../../src/admin/activity/reason-words.js';
import type { Database } from '../../src/database/database.js';
import type { Change } from '../../src/directory/change.js';
import { table } from '../../src/support/cli/table.js';

/** What happened since `sinceId`, who it happened to, why, and how long it took from Stytch to the database. */
export async function changesTable(database: Database, sinceId = 0n): Promise<{ text: string; lastId: bigint }> {
  const events = await database.$queryRaw<ChangedEvent[]>`
    SELECT e.id, COALESCE(NULLIF(u.name, ''), u.email, e.stytch_member_id) AS who, e.trigger, e.event_type AS type,
      e.applied_at AS at, e.changes, EXTRACT(epoch FROM e.applied_at - e.sent_at)::float8 AS lag
    FROM sync_events e LEFT JOIN users u ON u.id = e.user_id
    WHERE e.outcome = 'changed' AND e.id > ${sinceId} ORDER BY e.id`;
  const rows = events.map((event) => [
    event.at.toTimeString().slice(0, 8),
    event.who,
    event.changes.filter(isShown).map(changeInWords).join(', '),
    reasonInWords(
      { trigger: event.trigger, eventType: event.type, at: event.at.toISOString(), act: null, memberId: null },
      () => 'the identity provider',
    ),
    event.lag === null ? '' : `${event.lag.toFixed(2)} s`,
  ]);
  return { text: table(['When', 'Who', 'What', 'Because of', 'Lag'], rows, 160), lastId: events.at(-1)?.id ?? sinceId };
}

type ChangedEvent = {
  id: bigint;
  who: string;
  trigger: string;
  type: string | null;
  at: Date;
  changes: Change[];
  lag: number | null;
};

/** Who stands where now. */
export async function peopleTable(database: Database): Promise<string> {
  const people = await database.user.findMany({
    include: { grants: { include: { role: true } }, idpRoleValues: true, apiKeys: true },
    orderBy: [{ teamId: 'asc' }, { email: 'asc' }],
  });
  const rows = people.map((user) => [
    user.email,
    user.status,
    [...new Set(user.idpRoleValues.map(({ value }) => value))].join(', '),
    user.grants.map(({ role }) => role.name).join(', '),
    user.apiKeys.map(({ name, revokedAt }) => `${name}${revokedAt ? ' (revoked)' : ''}`).join(', '),
  ]);
  return table(['Member', 'Status', 'IdP says', 'Scanner roles', 'API keys'], rows, 160);
}

/** What the IdP says is shown by what comes of it. */
function isShown({ type }: Change): boolean {
  return type !== 'idp_role_value_added' && type !== 'idp_role_value_removed';
}
