import { h } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { ExpiryNotice } from '../../src/admin/connection/expiry.js';
import { connectionView } from '../../src/admin/connection/view.js';
import type { LiveConnection } from '../../src/stytch/connections.js';

const now = new Date('2026-03-04T00:00:00Z');

/** What the pages say of a token that is valid until then. */
function told(tokenExpiresAt: string | null, next: LiveConnection['next'] = null): string {
  const live = { id: 'c', identityProvider: 'okta', displayName: 'A', baseUrl: 'https://x', tokenLastFour: 'abcd' };
  const known = { identityProvider: 'okta' as const, createdAt: now, createdBy: null };
  const connection = connectionView({ ...live, tokenExpiresAt, next }, known, now);
  return renderToString(h(ExpiryNotice, { connection }));
}

it('does not warn more than 30 days ahead, without an expiry, or during a rotation', () => {
  expect(told('2026-05-01T00:00:00Z')).toBe('');
  expect(told(null)).toBe('');
  expect(told('2026-03-05T00:00:00Z', { tokenLastFour: 'efgh', expiresAt: null })).toBe('');
});

it.each([
  ['2026-04-02T00:00:00Z', 'warning', 'expires in 29 days'],
  ['2026-03-10T00:00:00Z', 'bad', 'expires in 6 days'],
  ['2026-03-04T20:00:00Z', 'bad', 'expires within a day'],
  ['2026-03-03T00:00:00Z', 'bad', 'has expired'],
])('valid until %s: %s, %s, and how to rotate it', (until, kind, words) => {
  const text = told(until);
  expect(text).toContain(`class="notice ${kind}"`);
  expect(text).toContain(words);
  expect(text).toContain('href="/settings/scim/connection#token-card"');
});
