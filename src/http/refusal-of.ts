import { RateLimited, TransientError } from '../errors/errors.js';
import { StytchRefusal } from '../stytch/translate-errors.js';
import { Refusal, type RefusalCode } from './refusal.js';
import { refusalOfStytch } from './stytch-error-words.js';

/** Any error that ends a request -> the answer to the person. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof StytchRefusal) return refusalOfStytch(error);
  if (error instanceof RateLimited) {
    return new Refusal('unavailable', 'The service that runs the SCIM connection is busy. Try again in a minute.');
  }
  if (error instanceof TransientError) {
    return new Refusal(
      'unavailable',
      `${error.message} Try again in a minute. If this lasts, contact Scanner support.`,
    );
  }
  return new Refusal(codeOfParser(error));
}

/** Express's body parsers throw errors with a status. */
function codeOfParser(error: unknown): RefusalCode {
  const status = typeof error === 'object' && error !== null && 'status' in error ? error.status : undefined;
  if (status === 413) return 'too_large';
  if (status === 415) return 'unsupported_media';
  return typeof status === 'number' && status >= 400 && status < 500 ? 'bad_input' : 'internal';
}
