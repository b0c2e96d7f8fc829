/**
 * A request that is not carried out, in words for whoever made it: what happened, to what, and what to do next. One table
 * maps each code to its HTTP status.
 */
export class Refusal extends Error {
  override name = 'Refusal';
  readonly code: RefusalCode;
  readonly status: number;

  constructor(code: RefusalCode, message: string = refusals[code][1]) {
    super(message);
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
  suspended: [403, 'Your organization is suspended at Stytch, our sign-in provider. Contact Scanner support.'],
  cross_origin: [
    403,
    'The request came from another site, so nothing was done. Open the page at its own address and try again there.',
  ],
  not_found: [404, 'There is no such page or thing in your team. Check the address; it may have been deleted.'],
  no_connection: [404, 'Your team has no SCIM connection. Create one first.'],
  method_not_allowed: [405, 'This address does not take that method.'],
  connection_exists: [
    409,
    'Your team has a SCIM connection already, and can have one only. Use it; if its token is lost, rotate the token; to change the identity provider, delete the connection first.',
  ],
  rotating: [
    409,
    'The token is being rotated already. Complete that rotation, or cancel it and start again if the new token is lost.',
  ],
  not_rotating: [409, 'The token is not being rotated, or no longer. Start a rotation first.'],
  token_differs: [
    409,
    'The waiting token is not the one you were shown: somebody started another rotation since. Cancel, and start again.',
  ],
  role_exists: [409, 'Your team has a role of that name already.'],
  changed_meanwhile: [409, 'What this would do has changed since you looked. Look again, then confirm.'],
  too_large: [413, 'The request is too large.'],
  unsupported_media: [415, 'Send JSON, with the header Content-Type: application/json.'],
  bad_input: [400, 'The request can not be understood.'],
  too_many_requests: [429, 'Too many changes in a short time. Wait a minute, then try again.'],
  internal: [500, 'Something went wrong on our side and was logged. Try again; if it stays, contact Scanner support.'],
  stytch_refused: [502, 'Stytch, which runs the SCIM connection, refused. Contact Scanner support.'],
  token_lost: [
    502,
    'The connection was created, but the answer that held its token was lost on the way. Nobody has seen that token: rotate it to get a new one.',
  ],
  unavailable: [503, 'A service that Scanner needs does not answer. Try again in a minute.'],
} as const satisfies Record<string, readonly [status: number, message: string]>;

export type RefusalCode = keyof typeof refusals;

/** The status and the words of a code. */
export function refusalOfCode(code: RefusalCode): { status: number; message: string } {
  const [status, message] = refusals[code];
  return { status, message };
}
