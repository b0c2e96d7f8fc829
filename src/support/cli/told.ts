import { ConfigProblem } from '../../config/config.js';
import { describeFailure, PermanentError, TransientError } from '../../errors/errors.js';
import { type ProblemCode, RequestProblem } from '../../errors/request-problem.js';

/** What went wrong, in the contract's shape; without a stack trace. */
export type Told = { code: ProblemCode | 'config' | 'internal'; message: string };

export function told(error: unknown): Told {
  if (error instanceof RequestProblem) return { code: error.code, message: error.message };
  if (error instanceof ConfigProblem) return { code: 'config', message: error.message };
  if (error instanceof TransientError || error instanceof PermanentError)
    return { code: 'unavailable', message: describeFailure(error) };
  return { code: 'internal', message: `${describeFailure(error)}. Nothing more is known; tell the developers.` };
}

const exits: Partial<Record<Told['code'], number>> = {
  usage: 2,
  ambiguous: 2,
  not_found: 3,
  conflict: 3,
};

export function exitOf({ code }: Told): number {
  return exits[code] ?? 1;
}
