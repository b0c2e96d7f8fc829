import { type Emulator, startEmulator } from '../emulator.js';
import { errorTypeOf, sdkClient } from '../sdk-client.js';
import { defaultSwitches } from '../switches.js';

/** How lists end, how much one search may ask for, and when it gives up. */

let emulator: Emulator;
let client: ReturnType<typeof sdkClient>;
let organization_id: string;

beforeAll(async () => {
  emulator = await startEmulator();
  client = sdkClient(emulator);
});
afterAll(() => emulator.stop());
beforeEach(() => {
  Object.assign(emulator.switches, defaultSwitches());
  organization_id = emulator.organizations.create({ name: 'Acme' }).organization_id;
});
afterEach(() => emulator.faults.reset());

const add = (count: number) =>
  Array.from({ length: count }, (_, n) => {
    const person = { userName: `p${n}@acme.example`, name: `p${n}` };
    return emulator.directory.provision(organization_id, person).member_id;
  });
const search = (more: { limit?: number; cursor?: string; organization_ids?: string[] } = {}) =>
  client.organizations.members.search({ organization_ids: [organization_id], ...more });
const byId = (memberIds: string[]) =>
  client.organizations.members.search({
    organization_ids: [organization_id],
    query: { operator: 'AND', operands: [{ filter_name: 'member_ids', filter_value: memberIds }] },
  });

describe('the last page of a list', () => {
  test.each([
    ['null', { total: 1, next_cursor: null }, { next_cursor: null }],
    ['empty', { total: 1, next_cursor: '' }, { next_cursor: '' }],
    ['missing', { total: 1 }, {}],
    ['noMetadata', undefined, {}],
  ] as const)('with its cursor %s', async (endOfList, metadata, ofGroups) => {
    add(1);
    emulator.switches.endOfList = endOfList;
    const page = await search();
    expect(page.results_metadata).toEqual(metadata);
    expect('results_metadata' in page).toBe(metadata !== undefined);
    const found = await client.organizations.search({
      query: { operator: 'AND', operands: [{ filter_name: 'organization_ids', filter_value: [organization_id] }] },
    });
    expect(found.results_metadata).toEqual(metadata);
    const { connection_id } = emulator.organizations.get(organization_id).scim_active_connection ?? {};
    const groups = await client.scim.connection.getGroups({ organization_id, connection_id: connection_id ?? '' });
    expect('next_cursor' in groups ? { next_cursor: groups.next_cursor } : {}).toEqual(ofGroups);
  });

  test('is the only one to end so: the pages before it have their cursors', async () => {
    add(3);
    emulator.switches.endOfList = 'noMetadata';
    const { results_metadata } = await search({ limit: 2 });
    expect(results_metadata).toEqual({ total: 3, next_cursor: expect.stringMatching(/^\w+/) });
    const last = await search({ limit: 2, cursor: results_metadata.next_cursor ?? '' });
    expect(last.members).toHaveLength(1);
    expect(last).not.toHaveProperty('results_metadata');
  });

  test('of a project without totals', async () => {
    add(1);
    emulator.switches.searchTotals = false;
    expect((await search()).results_metadata).toEqual({ total: -1, next_cursor: null });
  });

  test.each([
    ['[]', []],
    ['null', null],
    ['missing', undefined],
  ] as const)('with nobody in it is %s', async (emptyList, expected) => {
    emulator.directory.connect(organization_id);
    emulator.switches.emptyList = emptyList;
    const page = await search();
    expect([page.members, page.results_metadata]).toEqual([expected, { total: 0, next_cursor: null }]);
    expect('members' in page).toBe(expected !== undefined);
    const none = { operator: 'AND', operands: [{ filter_name: 'organization_ids', filter_value: ['none'] }] };
    expect((await client.organizations.search({ query: none })).organizations).toEqual(expected);
    const { connection_id } = emulator.organizations.get(organization_id).scim_active_connection ?? {};
    const groups = await client.scim.connection.getGroups({ organization_id, connection_id: connection_id ?? '' });
    expect(groups.scim_groups).toEqual(expected);
    add(1);
    expect((await search()).members).toHaveLength(1);
  });
});

describe('cursors that never come to an end', () => {
  const cursors = async (pages: number) => {
    const seen: string[] = [];
    for (let page = 0; page < pages; page++) {
      const cursor = seen.at(-1);
      const { results_metadata } = await search(cursor === undefined ? {} : { cursor });
      seen.push(results_metadata.next_cursor ?? 'none');
    }
    return seen;
  };

  test('lead to themselves', async () => {
    add(2);
    emulator.faults.searchCursors = 'repeat';
    const [a, ...more] = await cursors(4);
    expect(a).not.toBe('none');
    expect(more).toEqual([a, a, a]);
  });

  test('or round in a circle', async () => {
    add(2);
    emulator.faults.searchCursors = 'circle';
    const [a, b, ...more] = await cursors(5);
    expect(a).not.toBe(b);
    expect(more).toEqual([a, b, a]);
    emulator.faults.reset();
    expect(await cursors(1)).toEqual(['none']);
  });
});

describe('a search that asks for too much', () => {
  test('of member ids is refused', async () => {
    const ids = add(4);
    emulator.switches.searchMaxFilterValues = 3;
    expect((await byId(ids.slice(1))).members).toHaveLength(3);
    await expect(byId(ids)).rejects.toMatchObject({
      status_code: 400,
      error_type: 'user_search_maximum_filter_value_count_exceeded',
    });
    Object.assign(emulator.switches, { searchMaxFilterValues: 1000, searchMaxMemberIds: 3 });
    emulator.switches.searchMaxErrorType = 'member_search_too_many_member_ids';
    expect(await errorTypeOf(byId(ids))).toBe('member_search_too_many_member_ids');
    expect((await byId(ids.slice(1))).members).toHaveLength(3);
  });

  test('of organizations is refused', async () => {
    const others = ['B', 'C'].map((name) => emulator.organizations.create({ name }).organization_id);
    expect((await search({ organization_ids: [organization_id, ...others] })).members).toEqual([]);
    emulator.switches.searchMaxOrganizations = 2;
    emulator.switches.searchMaxErrorType = 'bad_request';
    const refused = search({ organization_ids: [organization_id, ...others] });
    await expect(refused).rejects.toMatchObject({ status_code: 400, error_type: 'bad_request' });
    expect((await search({ organization_ids: others })).members).toEqual([]);
  });
});

describe('a search that gives up', () => {
  test.each([400, 408, 500, 504])('answers %d, for too many organizations or ids', async (status) => {
    const ids = add(3);
    const other = emulator.organizations.create({ name: 'Other' }).organization_id;
    const both = { organization_ids: [organization_id, other] };
    emulator.faults.searchTimeout = { status, moreOrganizationsThan: 1, moreIdsThan: 2 };
    await expect(search(both)).rejects.toMatchObject({ status_code: status, error_type: 'search_timeout' });
    await expect(byId(ids)).rejects.toMatchObject({ status_code: status, error_type: 'search_timeout' });
    expect([(await search()).members.length, (await byId(ids.slice(1))).members.length]).toEqual([3, 2]);
    emulator.faults.searchTimeout = { status, errorType: 'internal_server_error', moreIdsThan: 0 };
    expect(await errorTypeOf(byId(ids))).toBe('internal_server_error');
    emulator.faults.reset();
    expect((await search(both)).members).toHaveLength(3);
  });

  test('does so wherever one organization is among those that are searched', async () => {
    add(1);
    const troubled = emulator.organizations.create({ name: 'Troubled' }).organization_id;
    emulator.faults.searchTimeout = { status: 504, withOrganization: troubled };
    for (const organization_ids of [[troubled], [organization_id, troubled]]) {
      expect(await errorTypeOf(search({ organization_ids }))).toBe('search_timeout');
    }
    const slug = emulator.organizations.get(troubled).organization_slug;
    expect(await errorTypeOf(search({ organization_ids: [slug] }))).toBe('search_timeout');
    expect((await search()).members).toHaveLength(1);
  });
});
