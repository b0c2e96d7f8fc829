import { type Emulator, startEmulator } from '../emulator.js';
import { filter, type Idp, idp } from '../idp.js';

/** What Entra ID sends, with its compliance flag and without it. */

let emulator: Emulator;
let entra: Idp;

beforeAll(async () => {
  emulator = await startEmulator();
});
afterAll(() => emulator.stop());
beforeEach(() => {
  const { organization_id } = emulator.organizations.create({ name: 'Entra customer' });
  entra = idp(emulator.directory.connect(organization_id, { identity_provider: 'microsoft-entra' }));
  Object.assign(emulator.switches, { jsonStringRoles: 'passThrough' });
});

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const ADMIN = { id: '6f0d', value: 'Admin', displayName: 'Administrators' };

const person = (userName: string) => ({
  schemas: [USER, ENTERPRISE],
  externalId: '0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef',
  userName,
  active: true,
  displayName: 'Lee Gu',
  emails: [{ primary: true, type: 'work', value: userName }],
  meta: { resourceType: 'User' },
  name: { formatted: 'Lee Gu', familyName: 'Gu', givenName: 'Lee' },
  [ENTERPRISE]: { employeeNumber: '701984', department: 'Legal', manager: { value: 'boss' } },
  roles: [{ primary: 'false', type: 'WindowsAzureActiveDirectoryRole', value: 'Reader', displayName: 'Readers' }],
});

const create = async (userName = 'lee@entra.example'): Promise<string> =>
  (await entra('POST', '/Users', person(userName))).body.id;

const patch = (path: string, ...Operations: object[]) =>
  entra('PATCH', path, { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations });

const attributesOf = (id: string) => emulator.directory.member(id).scim_registration?.scim_attributes;

test('test connection: a person who does not exist', async () => {
  const { status, body } = await entra('GET', `/Users?${filter('userName eq "0a21f0f2-8d2a"')}`);
  expect({ status, total: body.totalResults }).toEqual({ status: 200, total: 0 });
});

test('a person with the enterprise extension and app roles', async () => {
  const id = await create();
  expect(attributesOf(id)).toMatchObject({
    external_id: '0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef',
    enterprise_extension: { employee_number: '701984', department: 'Legal', manager: { value: 'boss' } },
    roles: [{ value: 'Reader', type: 'WindowsAzureActiveDirectoryRole', primary: false }],
  });
  const found = await entra('GET', `/Users?${filter('externalId eq "0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef"')}`);
  expect(found.body.Resources[0]).toMatchObject({ id, [ENTERPRISE]: { department: 'Legal' } });
});

describe('with the flag aadOptscim062020', () => {
  test('active is a boolean, operations are lower case', async () => {
    const id = await create();
    const gone = await patch(`/Users/${id}`, { op: 'replace', path: 'active', value: false });
    expect(gone.status).toBe(200);
    expect(emulator.directory.member(id).status).toBe('deleted');
    await patch(`/Users/${id}`, { op: 'replace', path: 'active', value: true });
    expect(emulator.directory.member(id).status).toBe('active');
  });

  test('roles are replaced as a whole', async () => {
    const id = await create();
    const roles = ['Admin', 'Editor'].map((value) => ({ primary: false, type: 'App', display: value, value }));
    const { status } = await patch(`/Users/${id}`, { op: 'replace', path: 'roles', value: roles });
    expect(status).toBe(200);
    expect(attributesOf(id)?.roles?.map((role) => role.value)).toEqual(['Admin', 'Editor']);
  });

  test('attributes, extension attributes and selected list elements change', async () => {
    const id = await create();
    const { status } = await patch(
      `/Users/${id}`,
      { op: 'replace', path: 'displayName', value: 'Lee Gu-Smith' },
      { op: 'replace', path: 'name.familyName', value: 'Gu-Smith' },
      { op: 'replace', path: 'emails[type eq "work"].value', value: 'lee.gu@entra.example' },
      { op: 'add', path: 'phoneNumbers[type eq "mobile"].value', value: '+1 555 0100' },
      { op: 'add', path: 'addresses[type eq "work"].streetAddress', value: '1 Main Street' },
      { op: 'add', path: 'addresses[type eq "work"].locality', value: 'Redmond' },
      { op: 'replace', path: `${ENTERPRISE}:department`, value: 'Finance' },
      { op: 'remove', path: `${ENTERPRISE}:employeeNumber` },
      { op: 'replace', path: 'userName', value: 'lee.gu@entra.example' },
    );
    expect(status).toBe(200);
    expect(emulator.directory.member(id)).toMatchObject({
      email_address: 'lee.gu@entra.example',
      name: 'Lee Gu-Smith',
      retired_email_addresses: [{ email_address: 'lee@entra.example' }],
    });
    expect(attributesOf(id)).toMatchObject({
      name: { family_name: 'Gu-Smith', given_name: 'Lee' },
      emails: [{ value: 'lee.gu@entra.example', type: 'work', primary: true }],
      phone_numbers: [{ value: '+1 555 0100', type: 'mobile' }],
      addresses: [{ street_address: '1 Main Street', locality: 'Redmond', type: 'work' }],
      enterprise_extension: { department: 'Finance', employee_number: '' },
    });
  });

  test('group members come and go by path', async () => {
    const [lee, mia] = [await create('lee@entra.example'), await create('mia@entra.example')];
    const { body: group } = await entra('POST', '/Groups', {
      schemas: [GROUP],
      displayName: 'Legal',
      externalId: 'g1',
    });
    const members = [{ value: lee }, { value: mia }];
    expect((await patch(`/Groups/${group.id}`, { op: 'add', path: 'members', value: members })).status).toBe(200);
    await patch(`/Groups/${group.id}`, { op: 'remove', path: `members[value eq "${lee}"]` });
    expect([attributesOf(lee)?.groups, attributesOf(mia)?.groups]).toEqual([
      [],
      [{ value: group.id, display: 'Legal' }],
    ]);
    const found = await entra('GET', `/Groups?excludedAttributes=members&${filter('displayName eq "legal"')}`);
    expect(found.body.Resources[0]).toMatchObject({ id: group.id, externalId: 'g1' });
    expect(found.body.Resources[0]?.members).toBeUndefined();
  });
});

describe('without the flag', () => {
  test('active is the string "False", operations are capitalised', async () => {
    const id = await create();
    const gone = await patch(`/Users/${id}`, { op: 'Replace', path: 'active', value: 'False' });
    expect(gone).toMatchObject({ status: 200, body: { active: false } });
    await patch(`/Users/${id}`, { op: 'Replace', value: { active: 'True' } });
    expect(emulator.directory.member(id).status).toBe('active');
  });

  test('a role is a JSON string, passed on as it is or unwrapped when switched', async () => {
    const id = await create();
    const value = JSON.stringify(ADMIN);
    const { status } = await patch(`/Users/${id}`, { op: 'Add', path: 'roles', value: [{ value }] });
    expect(status).toBe(200);
    expect(attributesOf(id)?.roles?.map((role) => role.value)).toEqual(['Reader', value]);
    emulator.switches.jsonStringRoles = 'normalise';
    expect(attributesOf(id)?.roles?.map((role) => role.value)).toEqual(['Reader', 'Admin']);
  });

  test('a manager is set by its id alone', async () => {
    const id = await create();
    const { status } = await patch(`/Users/${id}`, { op: 'Add', path: `${ENTERPRISE}:manager`, value: 'new-boss' });
    expect(status).toBe(200);
    expect(attributesOf(id)?.enterprise_extension?.manager?.value).toBe('new-boss');
  });

  test('group members are removed by value, and their $ref is null', async () => {
    const lee = await create();
    const { body: group } = await entra('POST', '/Groups', {
      schemas: [GROUP, 'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group'],
      displayName: 'Legal',
      meta: { resourceType: 'Group' },
    });
    const value = [{ $ref: null, value: lee }];
    const added = await patch(`/Groups/${group.id}`, { op: 'Add', path: 'members', value });
    expect(added).toMatchObject({ status: 200, body: { members: [{ value: lee }] } });
    const removed = await patch(`/Groups/${group.id}`, { op: 'Remove', path: 'members', value });
    expect(removed.status).toBe(200);
    expect(attributesOf(lee)?.groups).toEqual([]);
  });
});

test('a hard delete hides the person from Entra, and leaves a deleted member', async () => {
  const id = await create();
  expect((await entra('DELETE', `/Users/${id}`)).status).toBe(204);
  expect((await entra('GET', `/Users/${id}`)).status).toBe(404);
  expect(emulator.directory.member(id).status).toBe('deleted');
});
