import type { LiveConnection } from '../../stytch/connections.js';
import { type Instructions, instructionsOf } from './instructions.js';
import { guideFor, type ProviderId, providers } from './providers.js';

/** The connection for the API and the pages. It has no token: that is shown once, when it is made. */
export type ConnectionView = {
  id: string;
  identityProvider: ProviderId;
  identityProviderName: string;
  displayName: string;
  status: 'active';
  baseUrl: string;
  bearerTokenLastFour: string;
  bearerTokenExpiresAt: string | null;
  /** Not null from 30 days before the token expires. */
  expiry: Expiry | null;
  rotation: { nextBearerTokenLastFour: string; nextBearerTokenExpiresAt: string | null } | null;
  /** When Scanner first knew of it, ISO 8601. */
  createdAt: string;
  /** A Stytch member id. Null when it was created elsewhere, for example in Stytch's dashboard. */
  createdBy: string | null;
  instructions: Instructions;
};

export type Expiry = { daysLeft: number; urgency: 'soon' | 'urgent' | 'last_day' | 'expired' };

export type Known = { identityProvider: ProviderId; createdAt: Date; createdBy: string | null };

export function connectionView(live: LiveConnection, known: Known, now: Date): ConnectionView {
  const { identityProvider } = known;
  return {
    id: live.id,
    identityProvider,
    identityProviderName: providers[identityProvider].name,
    displayName: live.displayName,
    status: 'active',
    baseUrl: live.baseUrl,
    bearerTokenLastFour: live.tokenLastFour,
    bearerTokenExpiresAt: live.tokenExpiresAt,
    expiry: expiryOf(live.tokenExpiresAt, now),
    rotation: live.next && {
      nextBearerTokenLastFour: live.next.tokenLastFour,
      nextBearerTokenExpiresAt: live.next.expiresAt,
    },
    createdAt: known.createdAt.toISOString(),
    createdBy: known.createdBy,
    instructions: instructionsOf(guideFor(identityProvider), live.baseUrl),
  };
}

const dayMs = 24 * 60 * 60 * 1000;

/** Warns before the token expires. Otherwise only the identity provider's log would show it. */
export function expiryOf(expiresAt: string | null, now: Date): Expiry | null {
  if (expiresAt === null) return null;
  const leftMs = Date.parse(expiresAt) - now.getTime();
  if (leftMs > 30 * dayMs) return null;
  if (leftMs <= 0) return { daysLeft: 0, urgency: 'expired' };
  const urgency = leftMs <= dayMs ? 'last_day' : leftMs <= 7 * dayMs ? 'urgent' : 'soon';
  return { daysLeft: Math.ceil(leftMs / dayMs), urgency };
}
