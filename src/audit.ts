import type { Transaction } from './database.js';

/** Something that a person did, for whoever asks later: ids and counts, never a token. */
export type Act = {
  /** Who: a Stytch member id, or another name that finds the person. */
  actor: string;
  action: string;
  target: string;
  reason?: string;
  details?: Record<string, string | number | boolean | null | readonly string[]>;
};

/** Written in the transaction of the act itself where there is one, so that neither is there without the other. */
export async function recordAct(tx: Transaction, { details = {}, reason, ...act }: Act): Promise<void> {
  await tx.auditLog.create({ data: { ...act, details, ...(reason === undefined ? {} : { reason }) } });
}
