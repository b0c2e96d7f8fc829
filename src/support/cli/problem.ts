import { ConfigProblem } from '../../config/config.js';
import { describeFailure, PermanentError, TransientError } from '../../errors/errors.js';
import { type ProblemCode, RequestProblem } from '../../errors/request-problem.js';

/** The contract's error shape, without a stack trace. */
export type Problem = { code: ProblemCode | 'config' | 'internal'; message: string };

export function problemOf(error: unknown): Problem {
  if (error instanceof RequestProblem) return { code: error.code, message: error.message };
  if (error instanceof ConfigProblem) return { code: 'config', message: error.message };
  if (error instanceof TransientError || error instanceof PermanentError)
    return { code: 'unavailable', message: describeFailure(error) };
  return { code: 'internal', message: `${describeFailure(error)}. This is a bug; tell the developers.` };
}

const exits: Partial<Record<Problem['code'], number>> = { usage: 2, ambiguous: 2, not_found: 3, conflict: 3 };

export function exitOf({ code }: Problem): number {
  return exits[code] ?? 1;
}
