import { type ConnectionRow, connectionChanges } from '../../src/admin/connection/changes.js';
import { expiryOf } from '../../src/admin/connection/view.js';
import type { LiveConnection } from '../../src/stytch/connections.js';

const live: LiveConnection = {
  id: 'scim-connection-test-1',
  identityProvider: 'okta',
  displayName: 'Acme',
  baseUrl: 'https://stytch.example/scim/1',
  tokenLastFour: 'abcd',
  tokenExpiresAt: null,
  next: null,
};
const row: ConnectionRow = {
  id: live.id,
  identityProvider: 'okta',
  displayName: 'Acme',
  baseUrl: live.baseUrl,
  bearerTokenLastFour: 'abcd',
  status: 'active',
};

it('rows that match Stytch need no change', () => {
  expect(connectionChanges([row], live)).toEqual([]);
  expect(connectionChanges([], null)).toEqual([]);
  expect(connectionChanges([{ ...row, status: 'deleted' }], null)).toEqual([]);
  expect(connectionChanges([row, { ...row, id: 'old', status: 'deleted' }], live)).toEqual([]);
});

it.each([
  ['a new connection', [], live, [{ change: 'found', live, identityProvider: 'okta' }]],
  ['a deleted connection', [row], null, [{ change: 'gone', id: row.id }]],
  [
    'another in its place',
    [{ ...row, id: 'old' }],
    live,
    [
      { change: 'gone', id: 'old' },
      { change: 'found', live, identityProvider: 'okta' },
    ],
  ],
])('%s', (_, rows, found, changes) => {
  expect(connectionChanges(rows as ConnectionRow[], found)).toEqual(changes);
});

it.each([
  [{ displayName: 'Old' }, ['display name']],
  [{ bearerTokenLastFour: 'zzzz' }, ['bearer token']],
  [{ baseUrl: 'https://old.example' }, ['base URL']],
  [{ status: 'deleted' }, ['status']],
  [{ identityProvider: 'rippling' }, ['identity provider']],
])('a changed connection: %j', (change, what) => {
  expect(connectionChanges([{ ...row, ...change }], live)).toEqual([
    { change: 'updated', live, identityProvider: 'okta', what },
  ]);
});

it("the admin's choice stays while it fits Stytch's value: Google is generic there", () => {
  const generic = { ...live, identityProvider: 'generic' };
  expect(connectionChanges([{ ...row, identityProvider: 'google-workspace' }], generic)).toEqual([]);
  expect(connectionChanges([{ ...row, identityProvider: 'google-workspace' }], live)).toMatchObject([
    { change: 'updated', identityProvider: 'okta' },
  ]);
  expect(connectionChanges([], { ...live, identityProvider: 'a-new-one' })).toMatchObject([
    { identityProvider: 'generic' },
  ]);
});

const now = new Date('2026-03-04T00:00:00Z');
it.each([
  [null, null],
  ['2031-03-04T00:00:00Z', null],
  ['2026-04-03T00:00:01Z', null],
  ['2026-04-03T00:00:00Z', { daysLeft: 30, urgency: 'soon' }],
  ['2026-03-11T00:00:01Z', { daysLeft: 8, urgency: 'soon' }],
  ['2026-03-11T00:00:00Z', { daysLeft: 7, urgency: 'urgent' }],
  ['2026-03-05T00:00:01Z', { daysLeft: 2, urgency: 'urgent' }],
  ['2026-03-05T00:00:00Z', { daysLeft: 1, urgency: 'last_day' }],
  ['2026-03-04T00:00:00Z', { daysLeft: 0, urgency: 'expired' }],
  ['2026-03-01T00:00:00Z', { daysLeft: 0, urgency: 'expired' }],
])('a token that is valid until %s: %j', (expiresAt, expected) => {
  expect(expiryOf(expiresAt, now)).toEqual(expected);
});
