import { entra } from './guides/entra.js';
import type { Connected, Guide } from './guides/guide.js';
import { okta } from './guides/okta.js';
import { otherGuide } from './guides/others.js';

/** The identity providers that an admin can choose from: our name, and Stytch's value. */
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

/** The provider for a value of Stytch. An unknown value is `generic`. */
export function providerOf(value: string): ProviderId {
  return Object.hasOwn(providers, value) ? (value as ProviderId) : 'generic';
}

/** The instructions for a provider. */
export function guideFor(provider: ProviderId, connected: Connected): Guide {
  if (provider === 'okta') return okta(connected);
  if (provider === 'microsoft-entra') return entra(connected);
  return otherGuide(provider, connected);
}
