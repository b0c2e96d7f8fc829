import type { Database } from '../../src/database/database.js';
import { recordIdpActivity } from '../../src/monitoring/idp-activity.js';
import { createTestDatabase } from '../helpers/database.js';
import { seedTeam } from '../helpers/rows.js';

let database: Database;
let drop: () => Promise<void>;
let team: string;
let other: string;

beforeEach(async () => {
  ({ database, drop } = await createTestDatabase());
  team = await seedTeam(database, { name: 'Acme', organizationId: 'org-acme' });
  other = await seedTeam(database, { name: 'Beta', organizationId: 'org-beta' });
});
afterEach(() => drop());

const hour = 3_600_000;
const start = Date.parse('2026-03-02T00:00:00Z');
const at = (hours: number) => new Date(start + hours * hour);

function event(hours: number, change: { teamId?: string; eventType?: string; trigger?: string } = {}) {
  const { teamId = team, eventType = 'scim.member.update', trigger = 'hint' } = change;
  return database.syncEvent.create({
    data: { teamId, eventType, trigger, outcome: 'unchanged', receivedAt: at(hours), appliedAt: at(hours) },
  });
}

const listen = (hours: number) => recordIdpActivity(database, at(hours).getTime());
const syncs = () => database.teamSync.findMany({ where: { teamId: team } });

it('records nothing without events', async () => {
  expect(await listen(1000)).toEqual([]);
  expect(await syncs()).toEqual([]);
});

it('records the last event and the longest silence of a team, however often it runs', async () => {
  await event(1);
  await listen(1);
  await event(31);
  await event(32);
  for (let i = 0; i < 3; i++) await listen(32);
  expect(await syncs()).toMatchObject([{ heardAt: at(32), longestSilenceSeconds: 30 * 3600, quietSince: null }]);
});

it('counts events of the IdP only: not of the dashboard, and not our own rechecks', async () => {
  await event(1);
  await event(2, { eventType: 'dashboard.member.update' });
  await event(3, { trigger: 'recheck' });
  await listen(4);
  expect(await syncs()).toMatchObject([{ heardAt: at(1) }]);
});

it('reports once that a team has become quiet, until its next event; other teams do not change', async () => {
  await event(0);
  await event(0, { teamId: other });
  await listen(0);
  await event(30, { teamId: other });
  expect(await listen(30)).toEqual([team]);
  expect(await listen(31)).toEqual([]);
  expect(await syncs()).toMatchObject([{ quietSince: expect.any(Date) }]);
  await event(32);
  expect(await listen(32)).toEqual([]);
  expect(await syncs()).toMatchObject([{ quietSince: null, longestSilenceSeconds: 32 * 3600 }]);
});

it('waits longer for a team that has been silent for long before', async () => {
  await event(0);
  await listen(0);
  await event(72);
  await listen(72);
  expect(await listen(72 + 100)).toEqual([]);
  expect(await listen(72 + 145)).toEqual([team]);
});

it('expects no events of a team without a connection, or without SCIM', async () => {
  await event(0);
  await listen(0);
  const connection = {
    teamId: team,
    identityProvider: 'okta',
    displayName: 'Okta',
    baseUrl: '',
    bearerTokenLastFour: '',
  };
  await database.scimConnection.create({ data: { ...connection, id: 'scim-connection-1', status: 'deleted' } });
  expect(await listen(1000)).toEqual([]);
  await database.scimConnection.create({ data: { ...connection, id: 'scim-connection-2' } });
  expect(await listen(1000)).toEqual([team]);
  await database.team.update({ where: { id: team }, data: { ssoScimEnabled: false } });
  expect(await listen(1001)).toEqual([]);
  expect(await syncs()).toMatchObject([{ quietSince: null }]);
});
