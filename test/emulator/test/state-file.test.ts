import { mkdtemp, readdir, readFile, rm, watch } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmulator } from '../emulator.js';
import { idp } from '../idp.js';
import { sdkClient } from '../sdk-client.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stytch-emulator-'));
});
afterEach(() => rm(folder, { recursive: true }));

const project = { projectId: 'project-test-1', secret: 'secret' };

test('a restart finds the directory as it was, tokens, groups and roles included', async () => {
  const stateFile = join(folder, 'state.json');
  const before = await startEmulator({ ...project, stateFile });
  const { organization_id } = before.organizations.create({ name: 'Acme', slug: 'acme' });
  const connection = before.directory.connect(organization_id, { identity_provider: 'okta' });
  const person = { userName: 'ada@acme.example', name: 'Ada', externalId: '00u1', roles: ['editor'], groups: ['Eng'] };
  const ada = before.directory.provision(organization_id, person);
  before.directory.deprovision(before.directory.provision(organization_id, { userName: 'bob@acme.example' }).member_id);
  const [group] = before.directory.groups(organization_id);
  const assignment = { role_id: 'stytch_admin', group_id: group?.group_id ?? '', group_name: '' };
  await sdkClient(before).scim.connection.update({
    organization_id,
    connection_id: connection.connection_id,
    scim_group_implicit_role_assignments: [assignment],
  });
  const roles = [{ role_id: 'auditor', description: '', permissions: [] }];
  before.rbac.setOrganizationRoles(organization_id, roles);
  const members = before.directory.members('acme');
  await before.stop();

  const after = await startEmulator({ ...project, stateFile });
  expect(after.directory.members('acme')).toEqual(members);
  expect(after.directory.member(ada.member_id).roles.map((role) => role.role_id)).toContain('stytch_admin');
  expect(after.organizations.get('acme').custom_roles).toEqual(roles);
  expect(after.directory.groups('acme')).toEqual([group]);

  const okta = idp({ ...connection, base_url: connection.base_url.replace(before.url, after.url) });
  const { body } = await okta('GET', '/Users?filter=userName%20eq%20%22ada@acme.example%22');
  expect(body.Resources[0]).toMatchObject({ id: ada.member_id, roles: [{ value: 'editor' }] });
  const again = await okta('POST', '/Users', {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
    userName: 'ada@acme.example',
  });
  expect(again.status).toBe(409);
  expect((await sdkClient(after).organizations.get({ organization_id: 'acme' })).status_code).toBe(200);
  await after.stop();
});

test('changes are written a moment later, as a whole file', async () => {
  const stateFile = join(folder, 'state.json');
  const emulator = await startEmulator({ ...project, stateFile });
  const changes = watch(folder);
  emulator.organizations.create({ name: 'One' });
  emulator.organizations.create({ name: 'Two' });
  for await (const { filename } of changes) if (filename === 'state.json') break;
  const { organizations } = JSON.parse(await readFile(stateFile, 'utf8'));
  expect(organizations).toMatchObject([{ organization_name: 'One' }, { organization_name: 'Two' }]);
  await emulator.stop();
  expect(await readdir(folder)).toEqual(['state.json']);
});
