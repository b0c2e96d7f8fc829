import { RequestRefused } from './errors.js';

/**
 * Why a request of support is refused: a code for programs, and a sentence that says what to do next. It may repeat what the
 * person typed, but otherwise holds ids only.
 */
export class RequestProblem extends RequestRefused {
  override name = 'RequestProblem';
  readonly code: ProblemCode;

  constructor(code: ProblemCode, message: string) {
    super(message);
    this.code = code;
  }
}

export type ProblemCode =
  | 'usage' // the request itself is wrong
  | 'not_found'
  | 'ambiguous'
  | 'conflict' // it is done, or running, already
  | 'unavailable'
  | 'broken_chain';

/** Null for a problem with this code. Throws any other error. */
export function unless(error: unknown, code: ProblemCode): null {
  if (error instanceof RequestProblem && error.code === code) return null;
  throw error;
}
