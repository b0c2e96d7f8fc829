import { type Emulator, startEmulator } from '../emulator.js';
import { filter, type Idp, idp } from '../idp.js';
import { errorTypeOf, sdkClient } from '../sdk-client.js';
import { defaultSwitches } from '../switches.js';

/** Members whom Stytch shows, or handles, in ways that its documents don't tell of. */

let emulator: Emulator;
let members: ReturnType<typeof sdkClient>['organizations']['members'];
let provider: Idp;
let organization_id: string;

beforeAll(async () => {
  emulator = await startEmulator();
  members = sdkClient(emulator).organizations.members;
});
afterAll(() => emulator.stop());
beforeEach(() => {
  Object.assign(emulator.switches, defaultSwitches());
  organization_id = emulator.organizations.create({ name: 'Acme' }).organization_id;
  provider = idp(emulator.directory.connect(organization_id));
});
afterEach(() => emulator.faults.reset());

const add = (more: object = {}) =>
  emulator.directory.provision(organization_id, { userName: 'ada@acme.example', name: 'ada', ...more }).member_id;
const got = async (member_id: string) => (await members.dangerouslyGet({ member_id, include_deleted: true })).member;
const searched = async () => {
  const statuses = { filter_name: 'statuses', filter_value: ['active', 'pending', 'invited', 'deleted'] };
  const query = { operator: 'AND', operands: [statuses] };
  return (await members.search({ organization_ids: [organization_id], query })).members;
};
const patch = (memberId: string, active: boolean) =>
  provider('PATCH', `/Users/${memberId}`, {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
    Operations: [{ op: 'replace', path: 'active', value: active }],
  });
const post = (userName: string, more: object = {}) =>
  provider('POST', '/Users', { schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], userName, ...more });

describe('the reactivation of a deleted member whose e-mail was never verified', () => {
  test('works over SCIM only', async () => {
    const ada = add();
    await patch(ada, false);
    expect(await errorTypeOf(members.reactivate({ organization_id, member_id: ada }))).toBe(
      'email_unverified_for_reactivation',
    );
    expect(await patch(ada, true)).toMatchObject({ status: 200, body: { id: ada, active: true } });
    expect((await got(ada)).status).toBe('active');
  });

  test('or is refused over SCIM as well', async () => {
    emulator.switches.reactivationOfUnverified = 'refused';
    const ada = add();
    await patch(ada, false);
    expect((await patch(ada, true)).status).toBe(400);
    expect((await post('ada@acme.example')).status).toBe(400);
    expect(await errorTypeOf(members.reactivate({ organization_id, member_id: ada }))).toBe(
      'email_unverified_for_reactivation',
    );
    expect(() => emulator.directory.reactivate(ada)).toThrow('no verified email');
    expect((await got(ada)).status).toBe('deleted');
  });

  test('or makes a new member, over SCIM and by the API; the old one stays deleted', async () => {
    emulator.switches.reactivationOfUnverified = 'newMember';
    const ada = add({ externalId: '00u1', roles: ['analyst'], groups: ['Engineering'] });
    await patch(ada, false);
    const before = emulator.webhooks.outbox.length;
    const { status, body } = await patch(ada, true);
    expect(status).toBe(200);
    expect(body.id).not.toBe(ada);
    expect(emulator.webhooks.outbox.slice(before).map(({ eventType }) => eventType)).toEqual(['scim.member.create']);
    expect((await got(ada)).status).toBe('deleted');
    expect(await got(body.id)).toMatchObject({
      status: 'active',
      email_address: 'ada@acme.example',
      name: 'ada',
      scim_registration: { external_id: '00u1', scim_attributes: { active: true, groups: [] } },
    });
    const listed = await provider('GET', `/Users?${filter('userName eq "ada@acme.example"')}`);
    expect(listed.body.Resources.map(({ id }) => id)).toEqual([body.id]);
    expect((await provider('GET', `/Users/${ada}`)).status).toBe(404);

    emulator.directory.deprovision(body.id);
    const again = await members.reactivate({ organization_id, member_id: body.id });
    expect(again.member_id).not.toBe(body.id);
    expect((await got(again.member_id)).status).toBe('active');
    emulator.directory.deprovision(again.member_id);
    expect(emulator.directory.reactivate(again.member_id).member_id).not.toBe(again.member_id);
  });

  test.each(['refused', 'newMember'] as const)('is none of that, with %s, when it was verified', async (rule) => {
    Object.assign(emulator.switches, { reactivationOfUnverified: rule, scimEmailVerified: true });
    const ada = add();
    await patch(ada, false);
    expect(await patch(ada, true)).toMatchObject({ status: 200, body: { id: ada } });
  });

  test('or when it was never deleted, but inactive for the IdP', async () => {
    Object.assign(emulator.switches, { reactivationOfUnverified: 'refused', deactivatedStatus: 'active' });
    const ada = add();
    await patch(ada, false);
    expect(await patch(ada, true)).toMatchObject({ status: 200, body: { id: ada } });
  });
});

test('a member may have a status that no document knows; a search that names statuses leaves it out', async () => {
  const ada = add();
  emulator.directory.setMember(ada, { status: 'suspended' });
  expect((await got(ada)).status).toBe('suspended');
  expect(await searched()).toEqual([]);
  emulator.directory.setMember(ada, null);
  expect((await got(ada)).status).toBe('active');
});

test("a deleted member's object may lack its organization", async () => {
  const [ada, bob] = [add(), add({ userName: 'bob@acme.example' })];
  emulator.switches.deletedMembersNameOrganization = false;
  emulator.directory.deprovision(ada);
  expect(await got(ada)).toMatchObject({ member_id: ada, status: 'deleted' });
  expect(await got(ada)).not.toHaveProperty('organization_id');
  expect(await got(bob)).toMatchObject({ organization_id, status: 'active' });
  const withOrganization = (await searched()).filter((member) => 'organization_id' in member);
  expect(withOrganization.map(({ member_id }) => member_id)).toEqual([bob]);
});

test.each([
  [400, 'member_does_not_exist_in_organization'],
  [402, 'billing_not_verified'],
  [404, 'member_does_not_exist_in_organization'],
])('to get one member may fail for good, with %d %s, and nobody else', async (status, error_type) => {
  const [ada, bob] = [add(), add({ userName: 'bob@acme.example' })];
  const end = emulator.faults.failWhile('members.dangerouslyGet', { status, error_type }, { memberId: ada });
  for (let times = 0; times < 3; times++) {
    await expect(got(ada)).rejects.toMatchObject({ status_code: status, error_type });
  }
  expect((await got(bob)).status).toBe('active');
  expect(await searched()).toHaveLength(2);
  end();
  expect((await got(ada)).status).toBe('active');
});

test('calls about a member are listed with its id', async () => {
  const ada = add();
  emulator.calls.reset();
  await got(ada);
  await searched();
  expect(emulator.calls.list().map(({ call, memberId }) => [call, memberId])).toEqual([
    ['members.dangerouslyGet', ada],
    ['members.search', undefined],
  ]);
});

test.each<[unknown]>([[0], ['0'], ['no'], ['False'], [{ value: false }], [undefined]])(
  'an `active` that is false may be %j',
  async (inactiveAs) => {
    Object.assign(emulator.switches, { inactiveAs, deactivatedStatus: 'active' });
    const [ada, bob] = [add(), add({ userName: 'bob@acme.example' })];
    emulator.directory.deprovision(ada);
    for (const member of [await got(ada), ...(await searched()).filter(({ member_id }) => member_id === ada)]) {
      expect(member).toMatchObject({ status: 'active', roles: [] });
      expect(member.scim_registration?.scim_attributes?.active).toEqual(inactiveAs);
      expect('active' in (member.scim_registration?.scim_attributes ?? {})).toBe(inactiveAs !== undefined);
    }
    expect((await got(bob)).scim_registration?.scim_attributes?.active).toBe(true);
    expect([emulator.directory.isActive(ada), emulator.directory.isActive(bob)]).toEqual([false, true]);
    expect((await provider('GET', `/Users/${ada}`)).body).toMatchObject({ active: false });
  },
);

test('several people may have the same external id, over SCIM and by hand', async () => {
  const shared = { externalId: 'N/A' };
  const [ada, bob] = [add(shared), (await post('bob@acme.example', shared)).body.id];
  const byExternalId = async () => {
    const { body } = await provider('GET', `/Users?${filter('externalId eq "N/A"')}`);
    return body.Resources.map(({ id }) => id);
  };
  expect(await byExternalId()).toEqual([ada, bob]);
  emulator.directory.deprovision(bob);
  const { status, body } = await post('eve@acme.example', shared);
  expect(status).toBe(201);
  expect([ada, bob]).not.toContain(body.id); // what several have says nothing about who somebody is
  expect(await byExternalId()).toEqual([ada, bob, body.id]);
  emulator.directory.update(ada, { externalId: '00u1' });
  expect(await byExternalId()).toEqual([bob, body.id]);
});
