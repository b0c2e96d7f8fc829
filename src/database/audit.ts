import type { Database, JsonObject, Transaction } from './database.js';

/** Who acts, and why if a reason was asked for. */
export type Act = {
  /** A Stytch member id, a support e-mail, or another name that identifies the person. */
  actor: string;
  reason?: string;
  /** On the command line: the name of the login and of the machine. Kept beside the actor, who may say to be somebody else. */
  login?: string;
};

/** Support must give a reason for each act. */
export type ReasonedAct = Act & { reason: string };

/**
 * Adds a row to `audit_log` for an act of a person. Call it in the transaction of the act, so that neither exists without the
 * other.
 * @param entry.details ids and counts, never a token
 */
export async function recordAct(
  database: Database | Transaction,
  { actor, reason, login }: Act,
  { action, target, details = {} }: { action: string; target: string; details?: JsonObject },
): Promise<void> {
  await database.auditLog.create({
    data: { actor, action, target, details: withLogin(details, login), ...(reason === undefined ? {} : { reason }) },
  });
}

/**
 * Adds rows to `read_log`: who of support reads the data of people. Call it before the data is shown, so that nothing is shown
 * that could not be recorded.
 * @param targets `user <id>`, `member <id>` or `team <id>`
 */
export async function recordRead(
  database: Database,
  { actor, login }: Act,
  { action, targets }: { action: string; targets: readonly string[] },
): Promise<void> {
  const details = withLogin({}, login);
  await database.readLog.createMany({ data: targets.map((target) => ({ actor, action, target, details })) });
}

export function withLogin(details: JsonObject, login: string | undefined): JsonObject {
  return login === undefined ? details : { ...details, login };
}
