import { describeFailure } from '../../failures.js';

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

/** A check that can't be made is a finding too; the others go on. */
export async function checked(check: string, next: string, look: () => Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await look();
  } catch (error) {
    return [problem(check, describeFailure(error), next)];
  }
}
