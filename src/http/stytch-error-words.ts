import type { StytchRefusal } from '../stytch/translate-errors.js';
import { Refusal, type RefusalCode } from './refusal.js';

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

/** What a person reads when Stytch refuses. */
export function refusalOfStytch({ errorType, requestId }: StytchRefusal): Refusal {
  const code = codes[errorType];
  if (code !== undefined) return new Refusal(code);
  return new Refusal(
    'stytch_refused',
    `The service that runs the SCIM connection refused: ${errorType}. Contact Scanner support and name ${requestId}.`,
  );
}
