import { RequestRefused } from '../errors/errors.js';

/** An HTTP request that is not carried out. The message says what happened and what to do next. */
export class Refusal extends RequestRefused {
  override name = 'Refusal';
  readonly code: RefusalCode;
  readonly status: number;
  /** The message for programs, which may name what no page shows: a permission. */
  readonly forPrograms: string;

  constructor(code: RefusalCode, message: string = refusals[code][1], forPrograms = message) {
    super(message);
    this.forPrograms = forPrograms;
    this.code = code;
    this.status = refusals[code][0];
  }
}

const refusals = {
  not_signed_in: [401, 'You are not signed in, or your session is over. Sign in to Scanner, then come back.'],
  forbidden: [403, 'Your account may not do this. Ask an administrator of your organization for the permission.'],
  unknown_team: [
    403,
    'Your organization belongs to no Scanner team. Contact Scanner support, who can link it to your team.',
  ],
  not_enabled: [
    403,
    'SSO and SCIM are not switched on for your team. Contact Scanner support, who can switch them on.',
  ],
  suspended: [403, 'Your organization is suspended by our sign-in provider. Contact Scanner support.'],
  cross_origin: [
    403,
    'The request came from another site, so nothing was done. Open the page at its own address and try again there.',
  ],
  not_found: [404, 'Your team has no such page or object. Check the address; it may have been deleted.'],
  no_connection: [404, 'Your team has no SCIM connection. Create one first.'],
  method_not_allowed: [405, 'This address does not accept that method.'],
  connection_exists: [
    409,
    'Your team already has a SCIM connection, and can have only one. If its token is lost, rotate the token. To change the identity provider, delete the connection first.',
  ],
  rotating: [
    409,
    'The token is already being rotated. Complete that rotation, or cancel it and start again if the new token is lost.',
  ],
  not_rotating: [409, 'The token is not being rotated, or no longer. Start a rotation first.'],
  token_differs: [
    409,
    'The new token is not the one you were shown: somebody has started another rotation since. Cancel it and start again.',
  ],
  role_exists: [409, 'Your team already has a role with that name.'],
  changed_meanwhile: [409, 'The effect of this change has changed since you looked. Check it again, then confirm.'],
  too_large: [413, 'The request is too large.'],
  unsupported_media: [415, 'Send JSON, with the header Content-Type: application/json.'],
  bad_input: [400, 'The request can not be understood.'],
  too_many_requests: [429, 'Too many changes in a short time. Wait a minute, then try again.'],
  internal: [
    500,
    'Something went wrong on our side and was logged. Try again. If this lasts, contact Scanner support.',
  ],
  stytch_refused: [502, 'The service that runs the SCIM connection refused. Contact Scanner support.'],
  token_lost: [
    502,
    'The connection was created, but the answer with its token was lost. Nobody has seen that token. Rotate it to get a new one.',
  ],
  unavailable: [503, 'A service that Scanner needs does not answer. Try again in a minute.'],
} as const satisfies Record<string, readonly [status: number, message: string]>;

export type RefusalCode = keyof typeof refusals;

/** The status and the message of a code, for the OpenAPI document. */
export function refusalOfCode(code: RefusalCode): { status: number; message: string } {
  const [status, message] = refusals[code];
  return { status, message };
}
