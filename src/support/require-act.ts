import type { ReasonedAct } from '../database/audit.js';
import { RequestProblem } from '../errors/request-problem.js';

/** In characters: a ticket and a few sentences. audit_log is kept for years. */
const longestReason = 1000;

/** Who acts, and why. @throws RequestProblem when one is missing */
export function requireAct(act: {
  actor: string | undefined;
  reason: string | undefined;
  login?: string | undefined;
}): ReasonedAct {
  const [actor, reason] = [act.actor?.trim() ?? '', act.reason?.trim() ?? ''];
  if (reason === '') {
    throw new RequestProblem('usage', 'Say why: --reason "ticket 4711: Alice left and can still search".');
  }
  if (reason.length > longestReason) {
    throw new RequestProblem('usage', `The reason is longer than ${longestReason} characters. Shorten it.`);
  }
  if (actor === '') throw new RequestProblem('usage', 'Say who you are: --actor you@scanner.dev.');
  return { actor, reason, ...(act.login === undefined ? {} : { login: act.login }) };
}
