import type { Database, JsonObject, Transaction } from './database.js';

/** Who acts, and why if a reason was asked for. */
export type Act = {
  /** A Stytch member id, a support e-mail, or another name that identifies the person. */
  actor: string;
  reason?: string;
};

/** Support must give a reason for each act. */
export type ReasonedAct = Required<Act>;

/**
 * Adds a row to `audit_log` for an act of a person. Call it in the transaction of the act, so that neither exists without the
 * other.
 * @param entry.details ids and counts, never a token
 */
export async function recordAct(
  database: Database | Transaction,
  { actor, reason }: Act,
  { action, target, details = {} }: { action: string; target: string; details?: JsonObject },
): Promise<void> {
  await database.auditLog.create({
    data: { actor, action, target, details, ...(reason === undefined ? {} : { reason }) },
  });
}
