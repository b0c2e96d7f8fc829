import type { z } from 'zod';
import { operations as byName, type Operation } from '../../src/admin/openapi/operations.js';
import { type ApiAnswer, signInAdmin, type TestAdmin } from '../helpers/admin.js';
import { type Lab, startLab } from '../helpers/lab.js';

const operations = Object.values<Operation>(byName);

let lab: Lab;
let admin: TestAdmin;
// biome-ignore lint/suspicious/noExplicitAny: a document of any shape, looked at here and there
let document: any;

beforeAll(async () => {
  lab = await startLab({ worker: false });
  admin = await signInAdmin(lab, { roles: ['scim:analyst'] });
  document = await (await fetch(`${lab.url}/api/openapi.json`)).json();
});
afterAll(() => lab.stop());

const operationOf = (method: string, path: string): Operation => {
  const found = operations.find((one) => one.method === method.toLowerCase() && one.path === path);
  if (found === undefined) throw new Error(`No operation ${method} ${path}`);
  return found;
};

/** Asks, and holds the answer against the schema of its status. */
async function held(
  method: string,
  path: string,
  body?: unknown,
  template = path.split('?')[0] ?? '',
): Promise<ApiAnswer> {
  const answer = await admin.api(method, path, body);
  const schema = operationOf(method, template).answers[answer.status];
  if (schema === undefined) throw new Error(`${method} ${path}: ${answer.status} ${answer.text} is not described`);
  if (schema !== 'text/csv') (schema as z.ZodType).parse(answer.body);
  return answer;
}

it('is public OpenAPI 3.1, and describes each operation with its permission and errors', () => {
  expect(document).toMatchObject({ openapi: '3.1.0', info: { title: 'Scanner SCIM', version: expect.any(String) } });
  for (const { method, path, permission, errors } of operations) {
    const described = document.paths[`/api/scim${path}`][method];
    expect(described.description).toContain(`\`${permission}\``);
    const texts = Object.values(described.responses).map((one) => (one as { description: string }).description);
    for (const code of ['not_signed_in', 'unavailable', ...errors]) {
      expect([path, code, texts.some((text) => text.includes(`\`${code}\``))]).toEqual([path, code, true]);
    }
  }
});

it('has unique operation ids, and no dangling references', () => {
  const ids = Object.values(document.paths).flatMap((path) =>
    Object.values(path as object).map(({ operationId }) => operationId),
  );
  expect(new Set(ids).size).toBe(operations.length);
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, place]) => String(place));
  expect(references.length).toBeGreaterThan(0);
  for (const place of references) {
    // biome-ignore lint/suspicious/noExplicitAny: see above
    expect([place, place.split('/').reduce((at: any, key) => at?.[key], document)]).toEqual([
      place,
      expect.any(Object),
    ]);
  }
});

it('describes requests by the schemas that check them', () => {
  const { requestBody } = document.paths['/api/scim/connection'].post;
  const schema = requestBody.content['application/json'].schema;
  expect(schema.required.sort()).toEqual(['displayName', 'identityProvider']);
  expect(schema.properties.identityProvider.enum).toContain('okta');
  const { parameters } = document.paths['/api/scim/people'].get;
  expect(parameters.map(({ name }: { name: string }) => name)).toEqual([
    'q',
    'status',
    'role',
    'source',
    'value',
    'cursor',
    'limit',
  ]);
  expect(parameters.find(({ name }: { name: string }) => name === 'limit').schema).toMatchObject({ maximum: 200 });
});

it('describes exactly the paths and methods that exist', async () => {
  const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
  const paths = [...new Set(operations.map(({ path }) => path))];
  for (const path of paths) {
    for (const method of methods) {
      const isDescribed = operations.some((one) => one.path === path && one.method === method.toLowerCase());
      const { status } = await admin.api(method, path.replace('{id}', 'x'), method === 'GET' ? undefined : {});
      if (!isDescribed) expect([method, path, [404, 405].includes(status)]).toEqual([method, path, true]);
      else expect([method, path, status]).not.toEqual([method, path, 405]);
    }
  }
});

it('every answer matches its schema', async () => {
  await admin.api('DELETE', '/connection'); // what the test before may have left
  const ada = { email: 'ada@acme.example', name: 'Ada', stytchMemberId: admin.memberId };
  const user = await lab.database.user.create({ data: { teamId: admin.teamId, ...ada } });
  await lab.database.idpRoleValue.create({ data: { userId: user.id, value: 'Analyst', via: 'groups' } });
  const changes = [{ type: 'user_created' }];
  await lab.database.syncEvent.create({
    data: { teamId: admin.teamId, userId: user.id, outcome: 'changed', trigger: 'hint', changes },
  });
  await held('POST', '/connection', { identityProvider: 'okta', displayName: 'Acme' });
  await held('GET', '/connection');
  await held('PATCH', '/connection', { displayName: 'Acme Okta' });
  await held('POST', '/connection/rotation');
  await held('DELETE', '/connection/rotation');
  await held('POST', '/connection/rotation');
  await held('PUT', '/connection/rotation', {});
  await held('POST', '/roles?preview=true', { value: 'owner' });
  const { id } = (await held('POST', '/roles', { value: 'owner', permissions: ['Query'] })).body;
  await held('PATCH', `/roles/${id}?preview=true`, { value: 'Analyst', permissions: [] }, '/roles/{id}');
  await held('PATCH', `/roles/${id}`, { value: 'Analyst', permissions: [] }, '/roles/{id}');
  await held('GET', '/roles');
  await held('GET', '/people');
  await held('GET', '/activity');
  await held('GET', '/activity.csv');
  await held('GET', '/health');
  await held('GET', '/setup');
  await held('DELETE', `/roles/${id}?preview=true`, undefined, '/roles/{id}');
  await held('DELETE', `/roles/${id}`, undefined, '/roles/{id}');
  await held('DELETE', '/connection');
});

it('every error that anybody can cause is as described', async () => {
  const another = await signInAdmin(lab, { name: 'Beta' }); // with thirty writes of their own
  const codes = new Set<string>();
  const refused = async (method: string, path: string, body?: unknown, headers?: Record<string, string>) => {
    const { status, body: answer } = await another.api(method, path, body, headers); // which holds it against the document
    expect([method, path, status]).toEqual([method, path, expect.any(Number)]);
    codes.add(answer.error.code);
  };
  for (const { method, path } of operations) {
    const at = path.replace('{id}', crypto.randomUUID());
    const body = method === 'get' ? undefined : {};
    await refused(method.toUpperCase(), at, body, { authorization: 'Bearer none' });
    if (body !== undefined) await refused(method.toUpperCase(), at, 'x'.repeat(70_000));
  }
  await refused('POST', '/connection', { identityProvider: 'none' });
  await refused('POST', '/connection', 'text', { 'content-type': 'text/plain' });
  await refused('GET', '/people?limit=never');
  await refused('GET', '/people?q=%00');
  await refused('PATCH', `/roles/${crypto.randomUUID()}`, { value: 'x' });
  await refused('DELETE', '/connection');
  await refused('PUT', '/connection/rotation', {});
  expect([...codes].sort()).toEqual([
    'bad_input',
    'no_connection',
    'not_found',
    'not_signed_in',
    'too_large',
    'unsupported_media',
  ]);
});

it('a page shows it without a session and without scripts of others', async () => {
  const response = await fetch(`${lab.url}/api`);
  const text = await response.text();
  expect([response.status, response.headers.get('content-security-policy')]).toEqual([
    200,
    expect.stringContaining("script-src 'self'"),
  ]);
  for (const { method, path, summary } of operations) {
    expect(text).toContain(`<span class="method">${method.toUpperCase()}</span> <code>/api/scim${path}</code>`);
    expect(text).toContain(summary.replaceAll("'", '&#39;').split('&#39;')[0]);
  }
  expect(text).toContain('role_exists');
  expect(text).toContain('identityProvider: &quot;okta&quot; |');
});
