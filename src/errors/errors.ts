import { certificateProblem } from './certificate.js';

/**
 * Our own errors. Each class answers one question: what now? TransientError: retry. PermanentError: a person must look.
 * RequestRefused: the person who asked must change something. Messages of the first two hold ids and codes only, because
 * BullMQ keeps them in the queue and support reads them.
 */

/** Something outside is unavailable (Stytch, the database, the queue): retry. */
export class TransientError extends Error {
  override name = 'TransientError';

  /** What the operator can do, if that is known. Customers never see it. */
  readonly remedy: string;

  constructor(message: string, remedy = '') {
    super(message);
    this.remedy = remedy;
  }
}

/** Stytch answered 429. Wait; this costs the job no attempt. */
export class RateLimited extends TransientError {
  override name = 'RateLimited';
}

/** A retry can't help. A person must look. */
export class PermanentError extends Error {
  override name = 'PermanentError';
}

/** A request is refused on purpose. The message is for the person who made it, and says what to do next. */
export class RequestRefused extends Error {
  override name = 'RequestRefused';
}

/** One of our own errors, thrown on purpose. */
export function isOurs(error: unknown): boolean {
  return error instanceof TransientError || error instanceof PermanentError || error instanceof RequestRefused;
}

/** A bug in our code, as far as the class can tell. */
export function isBug(error: unknown): boolean {
  return error instanceof TypeError || error instanceof ReferenceError || error instanceof RangeError;
}

/**
 * An error in words that may leave this process. Only messages of our own errors are free of personal data. The message of
 * any other error (of JSON.parse or PostgreSQL for example) may quote a name or an e-mail, so we give its kind and place.
 */
export function describeFailure(error: unknown): string {
  if (error instanceof TransientError) return [error.message, error.remedy].filter(Boolean).join(' ');
  if (error instanceof PermanentError) return error.message;
  if (!(error instanceof Error)) return `A ${typeof error} was thrown.`;
  const code = codeOf(error);
  const place = error.stack?.split('\n').find((line) => /^\s+at /.test(line) && !line.includes('node:'));
  return certificateProblem(code) ?? `Unexpected ${[error.name, code, place?.trim()].filter(Boolean).join(' ')}`;
}

/** The error's code (ECONNREFUSED, 23505 …), or an empty text. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
