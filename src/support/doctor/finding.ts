import { describeFailure, TransientError } from '../../errors/errors.js';

/** One thing that was looked at: how it is, and what to do about it. */
export type Finding = { check: string; status: FindingStatus; found: string; next: string | null };
/** `unknown`: it could not be looked at. */
export type FindingStatus = 'ok' | 'warning' | 'problem' | 'unknown';

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

/**
 * A check that can't be made is a finding too; the others go on. What the failure itself advises is better than `next`,
 * which only knows what was looked at.
 */
export async function checked(check: string, next: string, look: () => Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof TransientError && error.remedy !== '') return [problem(check, error.message, error.remedy)];
    return [problem(check, describeFailure(error), next)];
  }
}

/** For what is read from the database: when that is away, one finding says so, and what to do; the others refer to it. */
export async function checkedInDatabase(check: string, look: () => Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof TransientError)) return [problem(check, describeFailure(error), seeDatabase)];
    return [unknown(check, 'the database could not be asked', seeDatabase)];
  }
}

const seeDatabase = 'See the finding on the database.';
