import { RateLimited, TransientError } from '../errors/errors.js';
import { StytchRefusal } from '../stytch/errors.js';
import { Refusal, type RefusalCode } from './refusal.js';

/** Any error that ends a request -> the answer to the person. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof StytchRefusal) return refusalOfStytch(error);
  if (error instanceof RateLimited) {
    return new Refusal('unavailable', 'Stytch, which runs the SCIM connection, is busy. Try again in a minute.');
  }
  if (error instanceof TransientError) {
    return new Refusal(
      'unavailable',
      `${error.message} Try again in a minute. If this lasts, contact Scanner support.`,
    );
  }
  return new Refusal(codeOfParser(error));
}

/** Stytch's error types, from its error pages. Undocumented ones are spelled as in its own clients. */
const codes: Record<string, RefusalCode> = {
  session_not_found: 'not_signed_in',
  unable_to_parse_session_jwt: 'not_signed_in',
  session_authorization_tenancy_error: 'not_signed_in',
  session_authorization_error: 'forbidden',
  organization_suspended: 'suspended',
  organization_not_found: 'unknown_team',
  active_scim_connection_exists: 'connection_exists',
  no_active_scim_connection: 'no_connection',
  scim_connection_not_found: 'no_connection',
  scim_connection_not_rotating_token: 'not_rotating',
};

function refusalOfStytch({ errorType, requestId }: StytchRefusal): Refusal {
  const code = codes[errorType];
  if (code !== undefined) return new Refusal(code);
  return new Refusal(
    'stytch_refused',
    `Stytch, which runs the SCIM connection, refused: ${errorType}. Contact Scanner support and name ${requestId}.`,
  );
}

/** Express's body parsers throw errors with a status. */
function codeOfParser(error: unknown): RefusalCode {
  const status = typeof error === 'object' && error !== null && 'status' in error ? error.status : undefined;
  if (status === 413) return 'too_large';
  if (status === 415) return 'unsupported_media';
  return typeof status === 'number' && status >= 400 && status < 500 ? 'bad_input' : 'internal';
}
