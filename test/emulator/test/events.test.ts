import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Emulator, startEmulator } from '../emulator.js';
import { defaultSwitches } from '../switches.js';

/** The samples in fixtures/events: Stytch's published examples, and what is inferred from them. */

let emulator: Emulator;
let organizationId: string;

beforeAll(async () => {
  emulator = await startEmulator();
});
afterAll(() => emulator.stop());
beforeEach(() => {
  Object.assign(emulator.switches, defaultSwitches());
  organizationId = emulator.organizations.create({ name: 'Acme' }).organization_id;
  emulator.directory.silently(() => emulator.directory.connect(organizationId));
});

/** The types and the bodies of the events that a change emits. */
function eventsOf(change: () => unknown): { type: string; body: Record<string, unknown> }[] {
  const before = emulator.webhooks.outbox.length;
  change();
  return emulator.webhooks.outbox
    .slice(before)
    .map(({ eventType, body }) => ({ type: eventType, body: JSON.parse(body) }));
}
const typesOf = (change: () => unknown) => eventsOf(change).map((event) => event.type);

const fixture = (name: string): unknown =>
  JSON.parse(readFileSync(resolve('test/fixtures/events', `${name}.json`), 'utf8'));

/** The keys at every depth; a list counts by its first element, an empty one not at all. */
function keysOf(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) return value.length === 0 ? [] : keysOf(value[0], `${path}[]`);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [`${path}.${key}`, ...keysOf(inner, `${path}.${key}`)]);
}

const ada = (more: object = {}) =>
  emulator.directory.provision(organizationId, { userName: 'ada@acme.example', name: 'Ada Lovelace', ...more })
    .member_id;
const member = () => emulator.directory.createMember(organizationId, { email_address: 'bob@acme.example' }).member_id;

test.each<[string, () => unknown]>([
  [
    'dashboard.member.create',
    () => emulator.directory.createMember(organizationId, { email_address: 'x@acme.example' }, 'DASHBOARD'),
  ],
  ['dashboard.member.update', () => emulator.directory.updateMember(member(), { name: 'X' }, 'DASHBOARD')],
  ['dashboard.member.delete', () => emulator.directory.deleteMember(member(), 'DASHBOARD')],
  ['direct.member.create', member],
  ['direct.member.update', () => emulator.directory.updateMember(member(), { name: 'X' })],
  ['direct.member.delete', () => emulator.directory.deleteMember(member())],
  ['dashboard.organization.create', () => emulator.organizations.create({ name: 'X' }, 'DASHBOARD')],
  ['direct.organization.create', () => emulator.organizations.create({ name: 'X' })],
  ['direct.organization.update', () => emulator.organizations.update(organizationId, { organization_name: 'X' })],
  ['direct.organization.delete', () => emulator.organizations.delete(organizationId)],
  [
    'direct.scim_connection.create',
    () => emulator.directory.connect(emulator.organizations.create({ name: 'X' }).organization_id),
  ],
  ['direct.scim_connection.delete', () => emulator.directory.disconnect(organizationId)],
  ['scim.member.create', () => ada()],
  ['scim.member.update', () => emulator.directory.setRoles(ada(), ['editor'])],
  ['scim.member.delete', () => emulator.directory.deprovision(ada())],
  ['scim.scim_group.create', () => emulator.directory.createGroup(organizationId, 'Eng')],
  [
    'scim.scim_group.update',
    () => emulator.directory.renameGroup(emulator.directory.createGroup(organizationId, 'Eng').group_id, 'R&D'),
  ],
  [
    'scim.scim_group.delete',
    () => emulator.directory.deleteGroup(emulator.directory.createGroup(organizationId, 'Eng').group_id),
  ],
  ['scim.scim_member_group.create', () => emulator.directory.createGroup(organizationId, 'Eng', [ada()])],
  ['scim.scim_member_group.delete', () => emulator.directory.update(ada({ groups: ['Eng'] }), { groups: [] })],
])('%s has the keys of the sample', (type, change) => {
  const event = eventsOf(change).findLast((each) => each.type === type);
  expect(keysOf(event?.body).sort()).toEqual(keysOf(fixture(type)).sort());
  expect(event?.body).toMatchObject({
    project_id: emulator.projectId,
    event_id: expect.stringMatching(/^webhook-event-test-/),
    timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/),
  });
});

test.each<[string, () => unknown]>([
  ['scim.idp_group.create', () => emulator.directory.createGroup(organizationId, 'Eng')],
  [
    'scim.idp_group.update',
    () => emulator.directory.renameGroup(emulator.directory.createGroup(organizationId, 'Eng').group_id, 'R&D'),
  ],
  [
    'scim.idp_group.delete',
    () => emulator.directory.deleteGroup(emulator.directory.createGroup(organizationId, 'Eng').group_id),
  ],
  ['scim.idp_group.member_add', () => emulator.directory.createGroup(organizationId, 'Eng', [ada()])],
  ['scim.idp_group.member_delete', () => emulator.directory.update(ada({ groups: ['Eng'] }), { groups: [] })],
])('with family B, %s has the keys of the sample', (type, change) => {
  emulator.switches.groupEvents = 'B';
  const event = eventsOf(change).findLast((each) => each.type === type);
  expect(keysOf(event?.body).sort()).toEqual(keysOf(fixture(type)).sort());
});

test('a full payload has the keys of the whole API member', () => {
  emulator.switches.memberPayload = 'full';
  const change = () =>
    ada({
      externalId: '00u1',
      roles: ['billing-admin'],
      groups: ['Engineering'],
      attributes: {
        title: 'Engineer',
        'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User': { department: 'R&D' },
      },
    });
  const [created] = eventsOf(change);
  const ofGroup = (key: string) => key.startsWith('.member.roles') || key.includes('.groups[]');
  const keys = (body: unknown) =>
    keysOf(body)
      .filter((key) => !ofGroup(key))
      .sort();
  expect(keys(created?.body)).toEqual(keys(fixture('scim.member.create.full')));
});

test('details and workspace, and no vertical, when switched', () => {
  Object.assign(emulator.switches, { details: true });
  const [deleted] = eventsOf(() => emulator.directory.deleteMember(member())).slice(-1);
  expect(keysOf(deleted?.body).sort()).toEqual(keysOf(fixture('scim.member.delete.with-details')).sort());
  Object.assign(emulator.switches, { details: false, vertical: false });
  const [created] = eventsOf(() => ada());
  expect(created?.body).not.toHaveProperty('vertical');
});

test('a deprovisioned member is deleted, or updated and then deleted', () => {
  const id = ada();
  expect(typesOf(() => emulator.directory.deprovision(id))).toEqual(['scim.member.delete']);
  expect(typesOf(() => emulator.directory.reactivate(id))).toEqual(['scim.member.update']);
  emulator.switches.deprovisionEmits = 'UPDATE+DELETE';
  const [update, deletion] = eventsOf(() => emulator.directory.deprovision(id));
  expect([update?.type, deletion?.type]).toEqual(['scim.member.update', 'scim.member.delete']);
  expect(update?.body.member).toMatchObject({ status: 'deleted', roles: [] });
});

test.each(['deleted', 'deactivated', 'active'] as const)('after a deprovisioning the status is %s', (status) => {
  emulator.switches.deactivatedStatus = status;
  const gone = emulator.directory.deprovision(ada());
  expect(gone).toMatchObject({ status, roles: [], scim_registration: { scim_attributes: { active: false } } });
});

test('a membership also updates the member when switched', () => {
  const id = ada();
  emulator.switches.membershipEmitsMemberUpdate = true;
  expect(typesOf(() => emulator.directory.createGroup(organizationId, 'Eng', [id]))).toEqual([
    'scim.scim_group.create',
    'scim.scim_member_group.create',
    'scim.member.update',
  ]);
});

test.each([
  ['A', 'scim.scim_group.update', 'scim_group'],
  ['B', 'scim.idp_group.update', 'idp_group'],
] as const)('with family %s a group may list who is in it now, and not who was removed', (family, type, key) => {
  Object.assign(emulator.switches, { groupEvents: family, membershipEvents: 'list' });
  const [id, bob] = [ada(), ada({ userName: 'bob@acme.example' })];
  const { group_id } = emulator.directory.createGroup(organizationId, 'Eng');
  const listedBy = (change: () => unknown) =>
    eventsOf(change).flatMap(({ type, body: { [key]: group } }) => (group === undefined ? [] : [[type, group]]));
  const now = (...members: string[]) =>
    expect.objectContaining({ group_id, members: members.map((member_id) => ({ member_id })) });
  expect(listedBy(() => emulator.directory.addToGroup(group_id, id))).toEqual([[type, now(id)]]);
  emulator.directory.addToGroup(group_id, bob);
  expect(listedBy(() => emulator.directory.removeFromGroup(group_id, id))).toEqual([[type, now(bob)]]);
  expect(listedBy(() => emulator.directory.update(bob, { groups: [] }))).toEqual([[type, now()]]);
});

test('an event may tell its time in nanoseconds', () => {
  emulator.switches.eventTimestamps = 'nanoseconds';
  const [event] = eventsOf(() => ada());
  expect(event?.body.timestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/);
  expect(Math.abs(Date.parse(String(event?.body.timestamp)) - Date.now())).toBeLessThan(60_000);
});

test('an event may tell a time that can not be, or hours ahead; how it is signed keeps to the clock', () => {
  const { faults } = emulator.webhooks;
  const timeOf = () => String(eventsOf(() => emulator.directory.setRoles(id, [`${n++}`]))[0]?.body.timestamp);
  const id = ada();
  let n = 0;
  faults.eventTime = 'zero';
  expect(timeOf()).toBe('0001-01-01T00:00:00Z');
  faults.eventTime = 'year9999';
  expect(timeOf()).toMatch(/^9999-12-31T23:59:59/);
  faults.eventTime = { aheadMs: 3 * 3_600_000 };
  expect(Math.round((Date.parse(timeOf()) - Date.now()) / 3_600_000)).toBe(3);
  faults.clockSkewMs = -3_600_000;
  expect(Math.round((Date.parse(timeOf()) - Date.now()) / 3_600_000)).toBe(2);
  faults.eventTime = () => (n % 2 === 0 ? 'zero' : 'real');
  expect([timeOf().slice(0, 4), timeOf().slice(0, 4)].sort()).toEqual(['0001', String(new Date().getUTCFullYear())]);
  const before = Date.now();
  const message = emulator.webhooks.outbox.at(-1);
  expect(Number(message?.publishedAt)).toBeGreaterThan(before - 60_000);
  expect(Number(message?.publishedAt)).toBeLessThanOrEqual(before);
  emulator.faults.reset();
  expect(Math.abs(Date.parse(timeOf()) - Date.now())).toBeLessThan(60_000);
});

test('groups and connections are silent when switched', () => {
  Object.assign(emulator.switches, { groupEvents: 'none', connectionEvents: false });
  const id = ada();
  expect(typesOf(() => emulator.directory.createGroup(organizationId, 'Eng', [id]))).toEqual([]);
  expect(typesOf(() => emulator.directory.disconnect(organizationId))).toEqual([]);
});

test('linking an existing member is an update, or a create', () => {
  for (const [linkEmits, type] of [
    ['UPDATE', 'scim.member.update'],
    ['CREATE', 'scim.member.create'],
  ] as const) {
    emulator.switches.linkEmits = linkEmits;
    const email_address = `${linkEmits}@acme.example`;
    const { member_id } = emulator.directory.createMember(organizationId, { email_address });
    const [linked] = eventsOf(() => emulator.directory.provision(organizationId, { userName: email_address }));
    expect(linked).toMatchObject({ type, body: { id: member_id } });
  }
});

test('a deleted organization says nothing about its members, unless switched', () => {
  for (const [emits, types] of [
    [false, ['direct.organization.delete']],
    [true, ['direct.member.delete', 'direct.organization.delete']],
  ] as const) {
    emulator.switches.organizationDeletionEmitsMembers = emits;
    const { organization_id } = emulator.organizations.create({ name: 'Short-lived' });
    emulator.directory.createMember(organization_id, { email_address: 'ada@short.example' });
    expect(typesOf(() => emulator.organizations.delete(organization_id))).toEqual(types);
  }
});

test('what happens silently sends nothing, also when it takes a while', async () => {
  const before = emulator.webhooks.outbox.length;
  emulator.directory.silently(() => ada());
  await emulator.directory.silently(async () => {
    await Promise.resolve();
    member();
  });
  expect(emulator.webhooks.outbox).toHaveLength(before);
  expect(() => emulator.directory.silently(() => emulator.directory.deprovision('nobody'))).toThrow('Member');
  expect(typesOf(() => emulator.directory.createGroup(organizationId, 'Eng'))).toEqual(['scim.scim_group.create']);
});

test('planted data is also in the events', () => {
  const id = ada();
  emulator.directory.setMember(id, { name: 'NUL \u0000', roles: 'none' });
  const [event] = eventsOf(() => emulator.directory.setRoles(id, ['x']));
  expect(event?.body.member).toMatchObject({ name: 'NUL \u0000', roles: 'none' });
});

test('attributes that are empty are left out when switched', () => {
  emulator.switches.omitEmptyScimAttributes = true;
  const gone = emulator.directory.deprovision(ada());
  expect(gone.scim_registration?.scim_attributes).toEqual({
    user_name: 'ada@acme.example',
    id: gone.member_id,
    display_name: 'Ada Lovelace',
    emails: [{ value: 'ada@acme.example', type: 'work', primary: true }],
    name: expect.anything(),
  });
});
