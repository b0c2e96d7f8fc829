import { certificateProblem } from './certificate.js';

/**
 * The three answers to "what now?" when something can't be done. Their messages hold ids and codes only: BullMQ keeps
 * them in Redis and support reads them.
 */

/** The world's fault (Stytch, the database, the queue is away): try again. */
export class TransientError extends Error {
  override name = 'TransientError';

  /** What whoever runs us may do about it, where that is known; nothing for a customer's eyes. */
  readonly remedy: string;

  constructor(message: string, remedy = '') {
    super(message);
    this.remedy = remedy;
  }
}

/** Stytch asks for fewer calls (429): wait, at no attempt's cost. */
export class RateLimited extends TransientError {
  override name = 'RateLimited';
}

/** Trying again can't help; a person must look. */
export class PermanentError extends Error {
  override name = 'PermanentError';
}

/**
 * What may be said of an error outside this process. Only our own errors are known to hold nothing personal; of any
 * other, JSON.parse's or PostgreSQL's for example, the message may quote a name or an e-mail, so only its kind and the
 * place are told.
 */
export function describeFailure(error: unknown): string {
  if (error instanceof TransientError) return [error.message, error.remedy].filter(Boolean).join(' ');
  if (error instanceof PermanentError) return error.message;
  if (!(error instanceof Error)) return `A ${typeof error} was thrown.`;
  const code = codeOf(error);
  const place = error.stack?.split('\n').find((line) => /^\s+at /.test(line) && !line.includes('node:'));
  return certificateProblem(code) ?? `Unexpected ${[error.name, code, place?.trim()].filter(Boolean).join(' ')}`;
}

/** A failure's code (ECONNREFUSED, 23505 …), or nothing. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
