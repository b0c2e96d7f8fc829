import { describeFailure } from '../../../errors/errors.js';
import { RequestProblem } from '../../../errors/request-problem.js';
import type { Question, Status } from '../question.js';

/** Something that Stytch's documentation leaves open, what this project does, and what that means for us. */
export type Fact = Seen & { question: string };
export type Seen = {
  /** `unknown`: it could not be measured, and the answer says why. */
  status: Status;
  answer: string;
  meaning: string;
  /** For programs. The name says the unit; null where there is no number. */
  numbers?: Record<string, number | null>;
};
export type Measurement = Question<Seen>;

/** As we rely on it, or in a form that we handle. */
export function fine(answer: string, meaning: string): Seen {
  return { status: 'ok', answer, meaning };
}

/** It makes something slower, or needs a person. */
export function costly(answer: string, meaning: string): Seen {
  return { status: 'warning', answer, meaning };
}

/** It breaks something that we promise. */
export function harmful(answer: string, meaning: string): Seen {
  return { status: 'problem', answer, meaning };
}

/** Judges any answer as fine. */
export function anyIsFine(meaning: string): (answer: string) => Seen {
  return (answer) => fine(answer, meaning);
}

/** Judges an answer as fine if it has this form, else as costly or harmful. */
export function fineIf(form: RegExp, meaning: string, other: { costly: string } | { harmful: string }) {
  return (answer: string): Seen => {
    if (form.test(answer)) return fine(answer, meaning);
    return 'costly' in other ? costly(answer, other.costly) : harmful(answer, other.harmful);
  };
}

export function notMeasured(why: string): Seen {
  return { status: 'unknown', answer: `not measured: ${why}`, meaning: 'Run the probe again when that is repaired.' };
}

/** Why a measurement failed. */
export function reasonOf(error: unknown): string {
  return error instanceof RequestProblem ? error.message : describeFailure(error);
}

/** @throws RequestProblem; everything that needs this is not measured */
export function failed(what: string): never {
  throw new RequestProblem('unavailable', what);
}
