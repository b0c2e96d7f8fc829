import { describeFailure } from '../../../errors/errors.js';
import { RequestProblem } from '../../../errors/request-problem.js';
import type { FindingStatus } from '../finding.js';

/** Something that Stytch's documentation leaves open, what this project was seen to do, and what that means for us. */
export type Fact = Seen & { question: string };
export type Seen = {
  /** `unknown`: it could not be measured, and the answer says why. */
  status: FindingStatus;
  answer: string;
  meaning: string;
  /** For programs: the answer's numbers, in the unit that their names say; null where there is none. */
  numbers?: Record<string, number | null>;
};
export type Measurement = { question: string; measure(): Promise<Seen> };

/** As we rely on it, or at least know how to take it. */
export function fine(answer: string, meaning: string): Seen {
  return { status: 'ok', answer, meaning };
}

/** It costs us something. */
export function costly(answer: string, meaning: string): Seen {
  return { status: 'warning', answer, meaning };
}

/** Something that we promise does not hold then. */
export function harmful(answer: string, meaning: string): Seen {
  return { status: 'problem', answer, meaning };
}

export function notMeasured(why: string): Seen {
  return { status: 'unknown', answer: `not measured: ${why}`, meaning: 'Run the probe again when that is mended.' };
}

/** Why a measurement could not be made, in words that may be told. */
export function reasonOf(error: unknown): string {
  return error instanceof RequestProblem ? error.message : describeFailure(error);
}

/** @throws in words; what could not be made keeps from being measured whatever needs it */
export function failed(what: string): never {
  throw new RequestProblem('unavailable', what);
}
