import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseEvent, type StytchEvent } from '../../src/directory/event.js';
import { type Hint, hintOf } from '../../src/directory/hint.js';
import { memberEvent } from '../helpers/webhook.js';

const receivedAt = new Date('2026-03-04T05:06:08.000Z');
const receipt = { svixId: 'msg_1', receivedAt, attemptedAt: receivedAt, isTimed: true };
const ada = 'member-test-5f1f6a1e-2c63-4f3b-8b77-0d9b3a4d2c11';
const acme = 'organization-test-c4b8a1d2-6e0f-4a57-9d3b-1f2e3d4c5b6a';
const connectionId = 'scim-connection-test-8d2b7e6f-3a41-4c9e-b5d0-7f6a5b4c3d2e';

function hintFrom(event: unknown): Hint {
  const parsed = parseEvent(JSON.parse(JSON.stringify(event)));
  if ('problem' in parsed) throw new Error(parsed.problem);
  return hintOf(parsed.event, receipt);
}

function published(name: string): unknown {
  return JSON.parse(readFileSync(resolve('test/fixtures/events', `${name}.json`), 'utf8'));
}

it.each<[string, Partial<Hint>]>([
  ['scim.member.create', { memberIds: [ada], organizationId: acme, memberGone: false }],
  ['scim.member.create.full', { memberIds: [ada], organizationId: acme, memberGone: false }],
  ['dashboard.member.update', { memberIds: [ada], organizationId: acme, memberGone: false }],
  ['scim.member.delete', { memberIds: [ada], organizationId: null, memberGone: true }],
  ['scim.member.delete.with-details', { memberIds: [ada], organizationId: acme, memberGone: true }],
  ['scim.member.update.deactivated-defensive', { memberIds: [ada], organizationId: acme, memberGone: true }],
  ['direct.organization.update', { memberIds: [], organizationId: acme, memberGone: false }],
  ['direct.organization.delete', { memberIds: [], organizationId: acme, memberGone: false }],
  ['scim.scim_group.create', { memberIds: [], organizationId: acme }],
  ['scim.scim_group.delete', { memberIds: [], organizationId: null }],
  ['scim.scim_member_group.create', { memberIds: [ada], organizationId: acme, memberGone: false }],
  ['scim.scim_member_group.delete', { memberIds: [], organizationId: null, memberGone: false }],
  ['scim.idp_group.member_add', { memberIds: [ada], organizationId: acme, memberGone: false }],
  ['scim.idp_group.member_delete', { memberIds: [ada], organizationId: acme, memberGone: false }],
  ['direct.scim_connection.create', { memberIds: [], organizationId: acme, connectionId }],
  ['direct.scim_connection.delete', { memberIds: [], organizationId: null, connectionId }],
])('%s names the right members', (name, expected) => {
  expect(hintFrom(published(name))).toMatchObject(expected);
});

it('keeps ids and times, and nothing else of a full event', () => {
  const hint = hintFrom(published('scim.member.create.full'));
  expect(hint).toEqual({
    svixId: 'msg_1',
    eventId: 'webhook-event-test-7b0c1f0e-7a55-4f0e-9d43-3c1c6d2f5a0a',
    eventType: 'scim.member.create',
    sentAt: '2026-03-04T05:06:07.123Z',
    receivedAt: '2026-03-04T05:06:08.000Z',
    isTimed: true,
    organizationId: acme,
    memberIds: [ada],
    memberGone: false,
  });
});

it.each([
  ['status deactivated', { status: 'deactivated' }],
  ['the active flag false', { scim_registration: { scim_attributes: { active: false } } }],
  ['the active flag "False"', { scim_registration: { scim_attributes: { active: 'False' } } }],
])('a signed member with %s is a leaver', (_, member) => {
  expect(hintFrom(memberEvent({ member })).memberGone).toBe(true);
});

it.each([
  ['a deleted group', { object_type: 'scim_group', action: 'DELETE', id: 'scim-group-test-1' }],
  ['a member who left a group', { object_type: 'idp_group', action: 'MEMBER_DELETE', member_id: ada }],
  ['another object that is gone', { object_type: 'device', device: { member_id: ada, status: 'deleted' } }],
])('%s is not a leaver', (_, change) => {
  expect(hintFrom(memberEvent(change)).memberGone).toBe(false);
});

it.each([
  ['e-mail', 'ada@acme.example'],
  ['name', 'Ada Lovelace'],
  ['page of text', 'x'.repeat(201)],
])('an %s in the place of an id is ignored: the team is read instead', (_, id) => {
  const hint = hintFrom(memberEvent({ id, event_id: id, member: { organization_id: id } }));
  expect(hint).toMatchObject({ memberIds: [], organizationId: null, eventId: 'unreadable' });
  expect(JSON.stringify(hint)).not.toContain(id);
});

it('the type has plain words only, which are safe in a log', () => {
  const { eventType } = hintFrom(
    memberEvent({ source: 'SCIM\n', object_type: 'ada@acme.example', action: 'ä'.repeat(200) }),
  );
  expect(eventType).toBe('unreadable.unreadable.unreadable');
});

it('names several members, each once, or their team if they are too many for one read', () => {
  const named = (count: number) => Array.from({ length: count }, (_, i) => `member-test-${i % 1500}`);
  const event = (count: number) =>
    memberEvent({ object_type: 'scim_group', id: 'g', scim_group: { members: named(count) } });
  expect(hintFrom(event(3)).memberIds).toEqual(['member-test-0', 'member-test-1', 'member-test-2']);
  expect(hintFrom(event(1000)).memberIds).toHaveLength(1000);
  expect(hintFrom(event(1001)).memberIds).toEqual([]);
});

it('marks a list of group members: others may have changed, too', () => {
  const listing = { object_type: 'scim_group', id: 'g', scim_group: { members: [{ member_id: ada }] } };
  expect(hintFrom(memberEvent(listing))).toMatchObject({ memberIds: [ada], isList: true });
  expect(hintFrom(memberEvent({ object_type: 'idp_group', action: 'MEMBER_ADD', member_id: ada }))).not.toHaveProperty(
    'isList',
  );
});

it("says whether its times are by the database's clock", () => {
  const { event } = parseEvent(memberEvent({})) as { event: StytchEvent };
  expect(hintOf(event, { ...receipt, isTimed: false })).not.toHaveProperty('isTimed');
});

it.each([
  ['an action in small letters', { action: 'delete' }],
  ['an object type in capitals', { object_type: 'MEMBER', action: 'DELETE' }],
])('accepts %s', (_, change) => {
  expect(hintFrom(memberEvent(change))).toMatchObject({ memberIds: [ada], memberGone: true });
});

it('an event that names two members is no evidence that one of them has left', () => {
  const deleted = { action: 'DELETE', member: undefined };
  expect(hintFrom(memberEvent(deleted)).memberGone).toBe(true);
  for (const named of [{ member_id: 'member-test-2' }, { member_ids: [ada, 'member-test-2'] }]) {
    expect(hintFrom(memberEvent({ ...deleted, ...named }))).toMatchObject({
      memberIds: [ada, 'member-test-2'],
      memberGone: false,
    });
  }
  expect(hintFrom(memberEvent({ member: { status: 'deleted', member_id: 'member-test-2' } })).memberGone).toBe(false);
});

it('names each member once, wherever an event names them', () => {
  const named = (change: Record<string, unknown>) =>
    hintFrom(memberEvent({ object_type: 'scim_group', id: 'g', ...change })).memberIds;
  expect(named({ member_id: 'm1', scim_group: { member_id: 'm2' } })).toEqual(['m1', 'm2']);
  expect(named({ member_ids: ['m1', 'm2'], scim_group: { member_ids: ['m2', 'm3'] } })).toEqual(['m1', 'm2', 'm3']);
  expect(named({ scim_group: { members: [{ member_id: 'm1' }, 'm2', 7, { id: 'm3' }] } })).toEqual(['m1', 'm2']);
});

it.each([
  ['the event', { member_ids: [] }],
  ['its object, by ids', { scim_group: { member_ids: ['m1'] } }],
  ['its object, by members', { scim_group: { members: ['m1'] } }],
])('sees a list of members in %s', (_, change) => {
  expect(hintFrom(memberEvent({ object_type: 'scim_group', id: 'g', ...change }))).toHaveProperty('isList', true);
});

it('finds the organization in the object, in the details, or in the event, in this order', () => {
  const of = (change: Record<string, unknown>) => hintFrom(memberEvent({ member: {}, ...change })).organizationId;
  const [object, details, event] = [
    { member: { organization_id: 'o1' } },
    { details: { organization_id: 'o2' } },
    { organization_id: 'o3' },
  ];
  expect(of({ ...object, ...details, ...event })).toBe('o1');
  expect(of({ ...details, ...event })).toBe('o2');
  expect(of(event)).toBe('o3');
});
