import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { signInAdmin } from '../helpers/admin.js';
import { temporaryFolder } from '../helpers/folders.js';
import { type Lab, startLab } from '../helpers/lab.js';

const run = promisify(execFile);

/** Each line of the shell blocks of src/admin/api.md, in order. */
const commands = [...readFileSync('src/admin/api.md', 'utf8').matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block]) =>
  String(block).trim().split('\n'),
);

let lab: Lab;
beforeAll(async () => {
  lab = await startLab({ worker: false });
});
afterAll(() => lab.stop());

it('every command of src/admin/api.md works as it is written', async () => {
  const admin = await signInAdmin(lab, { roles: ['scim:other'] });
  for (const name of ['Ada', 'Bob', 'Cleo']) {
    const data = { teamId: admin.teamId, email: `${name.toLowerCase()}@acme.example`, name };
    const { id } = await lab.database.user.create({ data: { ...data, stytchMemberId: `member-${name}` } });
    await lab.database.idpRoleValue.create({ data: { userId: id, value: 'analyst', via: 'roles' } });
  }
  await admin.api('POST', '/connection', { identityProvider: 'okta', displayName: 'Acme' });
  const [sayWhere, ...rest] = commands;
  expect(sayWhere).toMatch(/^export SCANNER=\S+ SESSION=\S+$/);
  const marked = rest.map((command) => `${command}\necho "--- $?"`).join('\n');
  const script = `set -o pipefail\nexport SCANNER=${lab.url} SESSION=${admin.sessionToken}\n${marked}`;
  const { stdout, stderr } = await run('bash', ['-c', script.replaceAll('limit=200', 'limit=2')], {
    cwd: temporaryFolder('api-document'),
  });
  const answers = stdout.split(/--- (\d+)\n/).slice(0, -1);
  const codes = answers.filter((_, i) => i % 2 === 1);
  expect([stderr, codes]).toEqual(['', rest.map(() => '0')]);
  const said = answers.filter((_, i) => i % 2 === 0).map((text) => text.trim());
  expect(said.join('\n')).toContain('"status": "active"');
  expect(said).toContain('analyst'); // a name without a role
  expect(said).toContain('ada@acme.example\nbob@acme.example\ncleo@acme.example'); // over two pages
  expect(said).toContain('3'); // gain it
  expect(said).toContain('not_signed_in');
  expect(await lab.database.role.count({ where: { teamId: admin.teamId, name: 'scim:analyst' } })).toBe(1);
});

it('the requests of the Terraform example find and change the role', async () => {
  const admin = await signInAdmin(lab, { name: 'Terra' });
  const { body: made } = await admin.api('POST', '/roles', { value: 'analyst', permissions: ['Query'] });
  const { body } = await admin.api('GET', '/roles?q=analyst');
  const found = body.scimRoles.find(({ name }: { name: string }) => name === 'scim:analyst');
  expect(found.id).toBe(made.id);
  const changed = await admin.api('PATCH', `/roles/${found.id}`, { value: 'analyst', permissions: [] });
  expect([changed.status, changed.body.permissions]).toEqual([200, []]);
  expect((await admin.api('DELETE', `/roles/${found.id}`)).status).toBe(200);
});
