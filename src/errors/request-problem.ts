/**
 * Why support's request can't be met: a code for programs and a sentence that says what to do next. Ids only, as in
 * errors.ts; what the person typed may be repeated to that person.
 */
export class RequestProblem extends Error {
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
  | 'conflict' // it is settled, or under way, already
  | 'unavailable'
  | 'broken_chain';

/** Null for a problem with this code; anything else is thrown on. */
export function unless(error: unknown, code: ProblemCode): null {
  if (error instanceof RequestProblem && error.code === code) return null;
  throw error;
}
