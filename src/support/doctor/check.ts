import { describeFailure, TransientError } from '../../errors/errors.js';
import { type Question, question, type Status } from './question.js';

/** What is true of one thing, and what to do about it. */
export type Finding = { check: string; status: Status; found: string; next: string | null };

export function ok(check: string, found: string): Finding {
  return { check, status: 'ok', found, next: null };
}

export function warning(check: string, found: string, next: string): Finding {
  return { check, status: 'warning', found, next };
}

export function problem(check: string, found: string, next: string): Finding {
  return { check, status: 'problem', found, next };
}

export function unknown(check: string, found: string, next: string): Finding {
  return { check, status: 'unknown', found, next };
}

/** A question about the set-up. */
export type Check = Question<Finding[]> & {
  /** What to do when it can't be asked, if the failure itself has no advice. */
  next: string;
  /** Asked only if this one could be asked. */
  after?: string;
};

export function check<Answer>(
  text: string,
  { next, after }: Pick<Check, 'next' | 'after'>,
  ...[ask, judge]: [ask: () => Promise<Answer>, judge: (answer: Answer) => Finding[]]
): Check {
  return { ...question(text, ask, judge), next, ...(after === undefined ? {} : { after }) };
}

/** For what is read from the database: if that is away, one finding says so, and the others refer to it. */
export const seeDatabase = 'See the finding on the database.';

/** Asks all at the same time. A check that fails is a finding, too; the others are made all the same. */
export async function findAll(checks: readonly Check[]): Promise<Finding[]> {
  const failures = new Map<string, Promise<boolean>>();
  const found = checks.map(async ({ question, find, next, after }) => {
    if (after !== undefined && (await failures.get(after))) return [];
    const finding = find();
    const hasFailed = finding.then(
      () => false,
      () => true,
    );
    failures.set(question, hasFailed);
    return finding.catch((error: unknown) => [failureOf(question, error, next)]);
  });
  return (await Promise.all(found)).flat();
}

function failureOf(check: string, error: unknown, next: string): Finding {
  const isAway = error instanceof TransientError;
  if (isAway && next === seeDatabase) return unknown(check, 'the database could not be asked', next);
  if (isAway && error.remedy !== '') return problem(check, error.message, error.remedy);
  return problem(check, describeFailure(error), next);
}
