import type { LiveConnection } from '../../stytch/connections.js';
import type { Guide } from './guides/guide.js';
import { guideFor, type ProviderId, providers } from './providers.js';

/** The connection as the API answers it and the pages show it. No token: that is shown by whoever made it, once. */
export type ConnectionView = {
  id: string;
  identityProvider: ProviderId;
  identityProviderName: string;
  displayName: string;
  status: 'active';
  baseUrl: string;
  bearerTokenLastFour: string;
  bearerTokenExpiresAt: string | null;
  /** Says something from 30 days before the end. */
  expiry: Expiry | null;
  rotation: { nextBearerTokenLastFour: string; nextBearerTokenExpiresAt: string | null } | null;
  /** ISO 8601, when Scanner first knew of it. */
  createdAt: string;
  /** A Stytch member id; null when it was made elsewhere, in Stytch's dashboard for example. */
  createdBy: string | null;
  instructions: Guide;
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
    instructions: guideFor(identityProvider, live),
  };
}

const dayMs = 24 * 60 * 60 * 1000;

/** A token that runs out stops everything, and the provider's log is the only place that says so. */
export function expiryOf(expiresAt: string | null, now: Date): Expiry | null {
  if (expiresAt === null) return null;
  const leftMs = Date.parse(expiresAt) - now.getTime();
  if (leftMs > 30 * dayMs) return null;
  if (leftMs <= 0) return { daysLeft: 0, urgency: 'expired' };
  const urgency = leftMs <= dayMs ? 'last_day' : leftMs <= 7 * dayMs ? 'urgent' : 'soon';
  return { daysLeft: Math.ceil(leftMs / dayMs), urgency };
}
