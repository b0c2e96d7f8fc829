import { entra } from './guides/entra.js';
import type { Connected, Guide } from './guides/guide.js';
import { okta } from './guides/okta.js';
import { otherGuide } from './guides/others.js';

/** The identity providers that an admin can choose from, as we show them. */
export const providers = {
  okta: { name: 'Okta', stytch: 'okta' },
  'microsoft-entra': { name: 'Microsoft Entra ID', stytch: 'microsoft-entra' },
  'google-workspace': { name: 'Google Workspace', stytch: 'generic' },
  cyberark: { name: 'CyberArk', stytch: 'cyberark' },
  jumpcloud: { name: 'JumpCloud', stytch: 'jumpcloud' },
  onelogin: { name: 'OneLogin', stytch: 'onelogin' },
  pingfederate: { name: 'PingFederate', stytch: 'pingfederate' },
  rippling: { name: 'Rippling', stytch: 'rippling' },
  generic: { name: 'Other (SCIM 2.0)', stytch: 'generic' },
} as const;

export type ProviderId = keyof typeof providers;
export const providerIds = Object.keys(providers) as [ProviderId, ...ProviderId[]];

/** Stytch's own values, or one it has added since: whatever we don't know is some SCIM 2.0. */
export function providerOf(value: string): ProviderId {
  return Object.hasOwn(providers, value) ? (value as ProviderId) : 'generic';
}

/** Step by step, in the provider's own labels. */
export function guideFor(provider: ProviderId, connected: Connected): Guide {
  if (provider === 'okta') return okta(connected);
  if (provider === 'microsoft-entra') return entra(connected);
  return otherGuide(provider, connected);
}
