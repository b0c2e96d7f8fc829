import { instructionsOf } from '../../src/admin/connection/instructions.js';
import { guideFor, providerIds, providers } from '../../src/admin/connection/providers.js';
import { openPart, partPath, setupSteps } from '../../src/admin/setup/steps.js';

const url = 'https://stytch.example/scim/1';
const plainText = (...args: Parameters<typeof guideFor>) => JSON.stringify(instructionsOf(guideFor(...args), url));
const guides = [
  ...providerIds.map((id) => [id, guideFor(id)] as const),
  ...['oidc', 'catalog'].map((app) => [`okta ${app}`, guideFor('okta', app)] as const),
];

it.each(providerIds)(
  'the instructions for %s have the base URL, the token, userName, externalId and the roles',
  (id) => {
    for (const part of [url, '"is":"token"', '`userName`', '`externalId`', 'scim:scanner_analyst']) {
      expect(plainText(id)).toContain(part);
    }
  },
);

it.each(guides)(
  'the guide %s says when it was checked, against what, what one needs, and how long it takes',
  (_id, guide) => {
    expect(Date.parse(guide.checked.on)).toBeGreaterThan(Date.parse('2026-11-01'));
    expect(guide.checked.against.length).toBeGreaterThan(0);
    expect(guide.checked.against.every(({ href }) => /^https:\/\/[a-z0-9.-]+\//.test(href))).toBe(true);
    expect(guide.needs.length).toBeGreaterThan(0);
    expect(guide.minutes).toBeGreaterThan(0);
  },
);

it.each(guides)(
  'the guide %s asks for the base URL and the token once each, both in the step of the credentials',
  (_id, guide) => {
    const kinds = (part: keyof typeof guide.parts) =>
      guide.parts[part].steps.flatMap(({ values = [] }) => values.map(({ is }) => is)).filter((is) => is !== 'fixed');
    expect(kinds('credentials').sort()).toEqual(['base_url', 'token']);
    expect([...kinds('users'), ...kinds('roles'), ...kinds('test')]).toEqual([]);
  },
);

it('customers read nothing of Stytch in any guide', () => {
  for (const id of providerIds) expect(plainText(id)).not.toMatch(/stytch(?!\.example)/i);
});

it('the guide for Entra has the right expression, and warns of the others, of “Sync all users” and of the cycle', () => {
  for (const part of [
    'AssertiveAppRoleAssignmentsComplex([appRoleAssignments])',
    '`AppRoleAssignmentsComplex` only adds',
    '`SingleAppRoleAssignment` sends only one of several roles',
    'Sync only assigned users and groups',
    'objectId',
    'aadOptscim062020',
    '40 minutes',
  ]) {
    expect(plainText('microsoft-entra')).toContain(part);
  }
});

const labelsOf = (app?: string) =>
  guideFor('okta', app).parts.credentials.steps.flatMap(({ values = [] }) => values.map(({ label }) => label));

it('each kind of Okta app has its own labels, and the test app wants `Bearer ` before the token', () => {
  expect(labelsOf('saml')).toEqual(labelsOf());
  expect(labelsOf('saml')).toContain('SCIM connector base URL');
  expect(labelsOf('catalog')).toEqual(['Base URL', 'API Token']);
  expect(plainText('okta', 'catalog')).toContain('“Bearer ”, then the bearer token');
  expect(plainText('okta', 'catalog')).toContain('should not send customers to them');
  expect(plainText('okta', 'oidc')).toContain('Okta has no SCIM for OIDC apps');
  expect(labelsOf('oidc')).toEqual(labelsOf('saml'));
});

it('products without SCIM of their own say so before anything is created', () => {
  for (const [id, words] of [
    ['google-workspace', 'only apps of its own catalog'],
    ['keycloak', 'sends no SCIM'],
    ['salesforce', 'no ready connector'],
    ['shibboleth', 'sends no SCIM'],
    ['classlink', 'sends no SCIM'],
  ] as const) {
    expect([id, guideFor(id).notice?.title.includes(words)]).toEqual([id, true]);
  }
});

it('every provider is one that Stytch knows, or generic', () => {
  const known = ['generic', 'okta', 'microsoft-entra', 'cyberark', 'jumpcloud', 'onelogin', 'pingfederate', 'rippling'];
  expect(providerIds.filter((id) => !known.includes(providers[id].stytch))).toEqual([]);
});

const idp = { provider: 'Okta', lastAt: null, firstPerson: null, firstValue: null };
const signals = { isConnected: true, people: 0, values: 0, valuesAreMore: false, granted: 0, deactivated: 0 };

it('somebody who comes back continues at the first step whose effect was not seen', () => {
  expect(openPart({ idp, signals })).toBe('credentials');
  const heard = { ...idp, lastAt: '2026-11-28T00:00:00Z' };
  expect(openPart({ idp: heard, signals })).toBe('users');
  expect(openPart({ idp: heard, signals: { ...signals, people: 1 } })).toBe('roles');
  expect(openPart({ idp: heard, signals: { ...signals, people: 1, granted: 1 } })).toBe('test');
  expect(openPart({ idp: heard, signals: { ...signals, people: 1, granted: 1, deactivated: 1 } })).toBe('test');
  expect(setupSteps(null).map(({ done }) => done)).toEqual([false, false, false, false, false]);
  expect(partPath('users', '"&x')).toBe('/settings/scim/setup/users?app=%22%26x');
});
