import { type Database, sql, type Transaction } from '../../database/database.js';
import type { SyncEvent } from '../../directory/sync-event.js';
import { recordEvents } from '../apply/record-events.js';
import { type MemberChange, revokeKeys } from '../apply/write-plans.js';

/**
 * A transaction that deactivates a user may have read the user's keys before a new key was committed. A transaction lasts 20 s
 * at most (database.ts), so a note is kept for 25 s and the key is checked again until then.
 */
const graceSeconds = 25;
/** A larger transaction makes others wait. */
const keysPerTransaction = 1000;

/** False if no key has been noted. */
export const hasKeyChanges = sql.piece`EXISTS (SELECT FROM api_key_changes)`;

/**
 * Revokes API keys that were created or reactivated, by any SQL, after their owner had left. A trigger notes each such key
 * (api_key_changes). It may run twice, or at the same time as itself: it revokes keys that are live. It may die in the middle:
 * the notes are deleted last.
 * @returns the number of keys that were revoked
 */
export async function backFillKeys(database: Database): Promise<number> {
  const notes = await database.$executeRaw`
    UPDATE api_key_changes SET seen_at = clock_timestamp() WHERE seen_at IS NULL`;
  const isIdle = notes === 0 && (await database.apiKeyChange.count()) === 0;
  if (isIdle) return 0;
  let revoked = 0;
  for (let last = keysPerTransaction; last === keysPerTransaction; revoked += last) {
    last = await database.$transaction((tx) => revokeLate(tx));
  }
  await database.$executeRaw`
    DELETE FROM api_key_changes WHERE abs(extract(epoch FROM clock_timestamp() - seen_at)) > ${graceSeconds}`;
  return revoked;
}

type LateKey = { keyId: string; teamId: string; memberId: string };

async function revokeLate(tx: Transaction): Promise<number> {
  const keys = await tx.$queryRaw<LateKey[]>`
    SELECT k.id::text AS "keyId", u.team_id::text AS "teamId", u.stytch_member_id AS "memberId"
    FROM api_keys k JOIN users u ON u.id = k.owner_user_id
    WHERE k.id IN (SELECT api_key_id FROM api_key_changes) AND k.revoked_at IS NULL
      AND u.status = 'deactivated' AND u.stytch_member_id IS NOT NULL
    ORDER BY k.id LIMIT ${keysPerTransaction} FOR UPDATE OF k`;
  if (keys.length === 0) return 0;
  await revokeKeys(
    tx,
    keys.map(({ keyId, memberId }): MemberChange => ({ type: 'api_key_revoked', keyId, member_id: memberId })),
  );
  await recordEvents(
    tx,
    keys.map(({ keyId, teamId, memberId }): SyncEvent => {
      const changes = [{ type: 'api_key_revoked' as const, keyId }];
      return { trigger: 'key', teamId, memberId, outcome: 'changed', changes };
    }),
  );
  return keys.length;
}
