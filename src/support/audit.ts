import type { Database, JsonObject, Transaction } from '../database.js';
import { SupportProblem } from './problem.js';

/** Who does it, and why: every act of support has both. */
export type Act = { actor: string; reason: string };

/** Characters: a ticket and a few sentences. audit_log is kept for ever. */
const longestReason = 1000;

/** @throws SupportProblem when one of the two is missing */
export function requireAct(act: { actor: string | undefined; reason: string | undefined }): Act {
  const [actor, reason] = [act.actor?.trim() ?? '', act.reason?.trim() ?? ''];
  if (reason === '') {
    throw new SupportProblem('usage', 'Say why: --reason "ticket 4711: Alice left and can still search".');
  }
  if (reason.length > longestReason) {
    throw new SupportProblem('usage', `The reason is longer than ${longestReason} characters. Shorten it.`);
  }
  if (actor === '') throw new SupportProblem('usage', 'Say who you are: --actor you@scanner.dev.');
  return { actor, reason };
}

/** One row of the audit log. */
export async function audit(
  database: Database | Transaction,
  act: Act,
  entry: { action: string; target: string; details?: JsonObject },
): Promise<void> {
  const { action, target, details = {} } = entry;
  await database.auditLog.create({ data: { ...act, action, target, details } });
}
