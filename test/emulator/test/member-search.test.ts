import type { Member } from 'stytch';
import { type Emulator, startEmulator } from '../emulator.js';
import { errorTypeOf, sdkClient } from '../sdk-client.js';

let emulator: Emulator;
let members: ReturnType<typeof sdkClient>['organizations']['members'];
let organization_id: string;

beforeAll(async () => {
  emulator = await startEmulator();
  members = sdkClient(emulator).organizations.members;
});
afterAll(() => emulator.stop());
beforeEach(() => {
  organization_id = emulator.organizations.create({ name: 'Acme' }).organization_id;
});
afterEach(() => emulator.faults.reset());

type Operand = { filter_name: string; filter_value?: unknown };

const search = (operands: Operand[] = [], more: { limit?: number; cursor?: string } = {}) =>
  members.search({ organization_ids: [organization_id], query: { operator: 'AND', operands }, ...more });
const add = (name: string) => emulator.directory.provision(organization_id, { userName: `${name}@acme.example`, name });
const namesOf = (found: { members: Member[] }) => found.members.map((member) => member.name).sort();
const ALL_STATUSES = { filter_name: 'statuses', filter_value: ['active', 'pending', 'invited', 'deleted'] };

test('without statuses a search shows everybody who is not deleted', async () => {
  add('ada');
  emulator.directory.deprovision(add('bob').member_id);
  const plain = await members.search({ organization_ids: [organization_id] });
  expect(namesOf(plain)).toEqual(['ada']);
  expect(plain.organizations[organization_id]?.organization_name).toBe('Acme');
  expect(plain.results_metadata).toEqual({ total: 1, next_cursor: null });
  expect(namesOf(await search([ALL_STATUSES]))).toEqual(['ada', 'bob']);
  expect(namesOf(await search([{ filter_name: 'statuses', filter_value: ['deleted'] }]))).toEqual(['bob']);
});

test('each filter narrows the search', async () => {
  const ada = add('ada');
  const bob = emulator.directory.createMember(organization_id, {
    email_address: 'bob@acme.example',
    name: 'bob',
    roles: ['stytch_admin'],
    is_breakglass: true,
    mfa_phone_number: '+15550100',
  });
  for (const [operand, names] of [
    [{ filter_name: 'member_ids', filter_value: [ada.member_id, 'member-test-unknown'] }, ['ada']],
    [{ filter_name: 'member_emails', filter_value: ['ADA@acme.example'] }, ['ada']],
    [{ filter_name: 'member_email_fuzzy', filter_value: 'BOB@' }, ['bob']],
    [{ filter_name: 'member_is_breakglass', filter_value: true }, ['bob']],
    [{ filter_name: 'member_roles', filter_value: ['stytch_admin'] }, ['bob']],
    [{ filter_name: 'member_mfa_phone_numbers', filter_value: ['+15550100'] }, ['bob']],
    [{ filter_name: 'member_phone_number_fuzzy', filter_value: '0100' }, ['bob']],
    [{ filter_name: 'member_password_exists', filter_value: false }, ['ada', 'bob']],
  ] as const) {
    expect([operand, namesOf(await search([{ ...operand }]))]).toEqual([operand, names]);
  }
  const both = {
    operator: 'OR',
    operands: ['ada', 'bob'].map((name) => ({ filter_name: 'member_email_fuzzy', filter_value: name })),
  };
  expect(namesOf(await members.search({ organization_ids: [organization_id], query: both }))).toEqual(['ada', 'bob']);
  expect(bob.is_admin).toBe(true);
});

test('pages follow each other without gaps or repeats, also while people come and go', async () => {
  const people = ['a', 'b', 'c', 'd', 'e'].map(add);
  const first = await search([], { limit: 2 });
  emulator.directory.deprovision(people[0]?.member_id ?? '');
  add('f');
  const second = await search([], { limit: 2, cursor: first.results_metadata.next_cursor ?? '' });
  const third = await search([], { limit: 2, cursor: second.results_metadata.next_cursor ?? '' });
  expect([first, second, third].map(namesOf)).toEqual([
    ['a', 'b'],
    ['c', 'd'],
    ['e', 'f'],
  ]);
  expect(third.results_metadata).toEqual({ total: 5, next_cursor: null });
});

test.each<[string, object, string]>([
  ['no organization_ids', {}, 'member_search_organization_ids_empty'],
  ['empty organization_ids', { organization_ids: [] }, 'member_search_organization_ids_empty'],
  ['organization_ids that are no list', { organization_ids: 'x' }, 'bad_request'],
  ['an unknown organization', { organization_ids: ['organization-test-x'] }, 'organization_not_found'],
  ['a limit over 1000', { limit: 1001 }, 'user_search_invalid_limit'],
  ['a limit of 0', { limit: 0 }, 'user_search_invalid_limit'],
  ['a limit that is text', { limit: '10' }, 'user_search_invalid_limit'],
  ['a cursor that is none', { cursor: 'abc' }, 'user_search_invalid_cursor'],
  ['an unknown operator', { query: { operator: 'XOR', operands: [] } }, 'user_search_invalid_operator'],
  ['no operator', { query: { operands: [] } }, 'user_search_invalid_operator'],
  ['a misspelt field', { queri: {} }, 'bad_request'],
  ['a misspelt field of the query', { query: { operator: 'AND', operand: [] } }, 'bad_request'],
])('%s is refused', async (_, input, errorType) => {
  const request = { organization_ids: [organization_id], ...input };
  const asked = _ === 'no organization_ids' ? input : request;
  expect(await errorTypeOf(members.search(asked as typeof request))).toBe(errorType);
});

test.each<[string, Operand, string]>([
  ['an unknown filter', { filter_name: 'updated_at', filter_value: 'x' }, 'member_search_filter_name_not_recognized'],
  ['no value', { filter_name: 'member_ids' }, 'member_search_missing_filter_value'],
  ['no ids', { filter_name: 'member_ids', filter_value: [] }, 'member_search_missing_member_ids'],
  [
    'one id instead of a list',
    { filter_name: 'member_ids', filter_value: 'x' },
    'member_search_expected_array_of_strings',
  ],
  [
    'a status that does not exist',
    { filter_name: 'statuses', filter_value: ['deactivated'] },
    'search_invalid_status_filter',
  ],
  [
    'two letters',
    { filter_name: 'member_email_fuzzy', filter_value: 'ad' },
    'member_search_member_email_fuzzy_too_short',
  ],
  [
    'text for a boolean',
    { filter_name: 'member_is_breakglass', filter_value: 'true' },
    'member_search_expected_boolean',
  ],
  [
    'too many ids',
    { filter_name: 'member_ids', filter_value: Array(1001).fill('member-test-x') },
    'user_search_maximum_filter_value_count_exceeded',
  ],
  [
    'ids of both kinds',
    { filter_name: 'member_ids', filter_value: ['member-test-x', 'mine'] },
    'member_search_cannot_mix_internal_and_external_member_ids',
  ],
])('a filter with %s is refused', async (_, operand, errorType) => {
  expect(await errorTypeOf(search([operand]))).toBe(errorType);
});

test('a cursor only fits the search that it came from', async () => {
  for (const name of ['a', 'b']) add(name);
  const { results_metadata } = await search([], { limit: 1 });
  const other = search([ALL_STATUSES], { limit: 1, cursor: results_metadata.next_cursor ?? '' });
  expect(await errorTypeOf(other)).toBe('user_search_invalid_cursor');
});

test('search may lag behind, dangerouslyGet never does', async () => {
  const ada = add('ada');
  emulator.clock.advance(60_000);
  emulator.faults.searchLagMs = 10_000;
  emulator.directory.update(ada.member_id, { name: 'Ada Lovelace' });
  add('bob');
  emulator.clock.advance(6_000);
  emulator.directory.deprovision(ada.member_id);

  expect(namesOf(await search())).toEqual(['ada']);
  expect((await members.dangerouslyGet({ member_id: ada.member_id, include_deleted: true })).member.status).toBe(
    'deleted',
  );
  emulator.clock.advance(5_000);
  expect(namesOf(await search())).toEqual(['Ada Lovelace', 'bob']);
  emulator.clock.advance(10_000);
  expect(namesOf(await search())).toEqual(['bob']);
});

test('search lags behind groups and role assignments too', async () => {
  const ada = add('ada');
  emulator.faults.searchLagMs = 10_000;
  const { group_id } = emulator.directory.createGroup(organization_id, 'Engineering', [ada.member_id]);
  const groups = async () => (await search()).members[0]?.scim_registration?.scim_attributes?.groups;
  expect(await groups()).toEqual([]);
  emulator.clock.advance(10_000);
  expect(await groups()).toEqual([{ value: group_id, display: 'Engineering' }]);
  emulator.directory.renameGroup(group_id, 'R&D');
  expect(await groups()).toEqual([{ value: group_id, display: 'Engineering' }]);
});

test('a listing can silently omit somebody, who is still found by id', async () => {
  const ada = add('ada');
  add('bob');
  const byId = [{ filter_name: 'member_ids', filter_value: [ada.member_id] }];
  const end = emulator.faults.omitFromListing((member) => member.name === 'ada');
  expect(namesOf(await search())).toEqual(['bob']);
  expect(namesOf(await search(byId))).toEqual(['ada']);
  end();
  emulator.faults.omitFromListing((member) => member.name === 'ada', { byId: true });
  expect(namesOf(await search(byId))).toEqual([]);
});

test('100,000 members: listed in order in 100 pages, and 1,000 found by id at once', async () => {
  emulator.directory.silently(() => {
    for (let n = 0; n < 100_000; n++) {
      emulator.directory.provision(organization_id, { userName: `p${n}@acme.example`, name: `P ${n}` });
    }
  });
  const ids: string[] = [];
  let cursor: string | undefined;
  const started = performance.now();
  do {
    const page = await search([ALL_STATUSES], { limit: 1000, ...(cursor === undefined ? {} : { cursor }) });
    ids.push(...page.members.map((member) => member.member_id));
    cursor = page.results_metadata.next_cursor ?? undefined;
  } while (cursor !== undefined);
  expect(new Set(ids).size).toBe(100_000);
  const listingMs = performance.now() - started;

  const wanted = ids.filter((_, n) => n % 100 === 0);
  const asked = performance.now();
  const found = await search([{ filter_name: 'member_ids', filter_value: wanted }], { limit: 1000 });
  expect(found.members).toHaveLength(1000);
  expect(performance.now() - asked).toBeLessThan(listingMs / 10); // it is about a hundredth
});

test('a member session searches its own organization only, and needs the permission', async () => {
  const { member_id } = emulator.directory.createMember(organization_id, { email_address: 'admin@acme.example' });
  const elsewhere = emulator.organizations.create({ name: 'Elsewhere' }).organization_id;
  const search = async (roles: string[], organizationId: string) => {
    const { session_token } = await emulator.sessions.mint({ memberId: member_id, roles });
    return await members.search({ organization_ids: [organizationId] }, { authorization: { session_token } });
  };
  expect((await search(['stytch_admin'], organization_id)).members).toHaveLength(1);
  expect(await errorTypeOf(search(['stytch_member'], organization_id))).toBe('session_authorization_error');
  expect(await errorTypeOf(search(['stytch_admin'], elsewhere))).toBe('session_authorization_tenancy_error');
});
