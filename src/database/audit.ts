import type { Database, JsonObject, Transaction } from './database.js';

/** Who acts, and why where a reason is asked for. */
export type Act = {
  /** A Stytch member id, an e-mail address of support, or another name that finds the person. */
  actor: string;
  reason?: string;
};

/** Support gives a reason for each act. */
export type ReasonedAct = Required<Act>;

/**
 * Adds a row to `audit_log`: something that a person did. Written in the transaction of the act itself where there is one, so
 * that neither exists without the other.
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
