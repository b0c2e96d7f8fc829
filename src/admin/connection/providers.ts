import { cyberark, duo, jumpcloud, miniorange, onelogin, pingfederate, rippling } from './guides/cloud-directories.js';
import { entra } from './guides/entra.js';
import { google } from './guides/google.js';
import type { Guide } from './guides/guide.js';
import { type OktaApp, okta, oktaAppNames, oktaApps } from './guides/okta.js';
import { generic } from './guides/others.js';
import { classlink, keycloak, salesforce, shibboleth } from './guides/without-scim.js';

/** The identity providers that an admin can choose from: our name, Stytch's value, and the guide. */
export const providers = {
  okta: { name: 'Okta', stytch: 'okta', guide: okta('saml') },
  'microsoft-entra': { name: 'Microsoft Entra ID', stytch: 'microsoft-entra', guide: entra },
  'google-workspace': { name: 'Google Workspace', stytch: 'generic', guide: google },
  cyberark: { name: 'CyberArk', stytch: 'cyberark', guide: cyberark },
  duo: { name: 'Duo', stytch: 'generic', guide: duo },
  jumpcloud: { name: 'JumpCloud', stytch: 'jumpcloud', guide: jumpcloud },
  keycloak: { name: 'Keycloak', stytch: 'generic', guide: keycloak },
  miniorange: { name: 'miniOrange', stytch: 'generic', guide: miniorange },
  onelogin: { name: 'OneLogin', stytch: 'onelogin', guide: onelogin },
  pingfederate: { name: 'PingFederate', stytch: 'pingfederate', guide: pingfederate },
  rippling: { name: 'Rippling', stytch: 'rippling', guide: rippling },
  salesforce: { name: 'Salesforce', stytch: 'generic', guide: salesforce },
  shibboleth: { name: 'Shibboleth', stytch: 'generic', guide: shibboleth },
  classlink: { name: 'ClassLink', stytch: 'generic', guide: classlink },
  generic: { name: 'Other (SCIM 2.0)', stytch: 'generic', guide: generic },
} as const satisfies Record<string, { name: string; stytch: string; guide: Guide }>;

export type ProviderId = keyof typeof providers;
export const providerIds = Object.keys(providers) as [ProviderId, ...ProviderId[]];

/** The provider for a value of Stytch. An unknown value is `generic`. */
export function providerOf(value: string): ProviderId {
  return Object.hasOwn(providers, value) ? (value as ProviderId) : 'generic';
}

/** The provider within a sentence. */
export function spokenName(provider: ProviderId): string {
  return provider === 'generic' ? 'your identity provider' : providers[provider].name;
}

/** @param app which app of Okta it is: unknown and missing ones count as the first, and other providers have none */
export function guideFor(provider: ProviderId, app?: unknown): Guide {
  return provider === 'okta' ? okta(oktaAppOf(app)) : providers[provider].guide;
}

/** The kinds of apps that the provider has, each with its own labels. Null: one kind only. */
export function appsOf(
  provider: ProviderId,
  app?: unknown,
): { id: OktaApp; isChosen: boolean; name: string; text: string }[] | null {
  if (provider !== 'okta') return null;
  return oktaApps.map((id) => ({ id, isChosen: id === oktaAppOf(app), ...oktaAppNames[id] }));
}

function oktaAppOf(app: unknown): OktaApp {
  return oktaApps.find((id) => id === app) ?? 'saml';
}
