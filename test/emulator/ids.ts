/** Ids and tokens in the forms that Stytch's documentation shows. */
import { randomBytes, randomUUID } from 'node:crypto';

export type IdKind =
  | 'organization'
  | 'member'
  | 'email'
  | 'scim-connection'
  | 'scim-registration'
  | 'scim-group'
  | 'scim-member-group'
  | 'member-session'
  | 'request-id'
  | 'webhook-event'
  | 'workspace'
  | 'jwk';

export function newId(kind: IdKind, environment: 'test' | 'live'): string {
  return `${kind}-${environment}-${randomUUID()}`;
}

const ALPHANUMERIC = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

export function alphanumeric(length: number): string {
  return Array.from(randomBytes(length), (byte) => ALPHANUMERIC[byte % ALPHANUMERIC.length]).join('');
}

/** Bearer tokens of SCIM connections are 48 letters and digits. */
export const newBearerToken = (): string => alphanumeric(48);

/** `whsec_` + base64 of 24 bytes, as Svix makes them. */
export const newWebhookSecret = (): string => `whsec_${randomBytes(24).toString('base64')}`;
