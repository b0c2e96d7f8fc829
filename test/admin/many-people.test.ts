import { signInAdmin, type TestAdmin } from '../helpers/admin.js';
import { testEnv } from '../helpers/config.js';
import { signInSupport } from '../helpers/console.js';
import { eventually } from '../helpers/eventually.js';
import { type Lab, startLab } from '../helpers/lab.js';
import { startProcess, stopProcess, type TestProcess } from '../helpers/processes.js';
import { post, signed } from '../helpers/webhook.js';
import { startWire, type Wire } from '../helpers/wire.js';
import { freePort } from '../local/ports.js';

jest.setTimeout(600_000);

/**
 * One team of 100,000 people in 500 groups, each with a role, a day in which everybody changed, some of them by a thousand
 * changes at once, and 10,000 held deactivations; looked at through a server with the heap of production.
 */
const people = 100_000;
const groups = 500;
const held = 10_000;
/** The changes of people who came with all their groups. */
const wide = 300;

let lab: Lab;
let wire: Wire;
let server: TestProcess;
let url: string;
let admin: TestAdmin;
let sam: Awaited<ReturnType<typeof signInSupport>>;
let holdId: string;

beforeAll(async () => {
  lab = await startLab({ support: true, worker: false });
  admin = await signInAdmin(lab);
  sam = await signInSupport(lab);
  await seed(admin.teamId);
  const database = new URL(String(lab.env.DATABASE_URL));
  wire = await startWire(Number(database.port));
  database.port = String(wire.port);
  const port = await freePort();
  const asDeployed = { NODE_OPTIONS: '--max-old-space-size=160 --max-semi-space-size=32' };
  server = await startProcess(
    'server',
    testEnv({ ...lab.env, ...asDeployed, DATABASE_URL: database.href, PORT: String(port), LOG_LEVEL: 'info' }),
  );
  url = `http://127.0.0.1:${port}`;
  await eventually(async () => (await fetch(`${url}/readyz`)).status === 200);
  await admin.api('POST', '/connection', { identityProvider: 'okta', displayName: 'Okta' });
});
afterAll(async () => {
  await stopProcess(server);
  await wire.stop();
  await lab.stop();
});

async function seed(teamId: string): Promise<void> {
  const { database } = lab;
  await database.$executeRaw`
    INSERT INTO users (team_id, stytch_member_id, email, name, scim_external_id, observed_at)
    SELECT ${teamId}::uuid, 'member-test-' || n, 'p' || n || '@acme.example', 'Person ' || n, 'e' || n, now()
    FROM generate_series(1, ${people}::int) n`;
  await database.$executeRaw`
    INSERT INTO roles (team_id, name, permissions) SELECT ${teamId}::uuid, 'scim:group ' || n, ARRAY(
      SELECT 'Permission ' || p FROM generate_series(1, 100) p) FROM generate_series(1, ${groups}::int) n`;
  await database.$executeRaw`
    INSERT INTO idp_role_values (user_id, value, via)
    SELECT u.id, v.value, 'groups' FROM (SELECT id, row_number() OVER (ORDER BY email) AS n FROM users
      WHERE team_id = ${teamId}::uuid) u
    CROSS JOIN LATERAL (VALUES ('group 1'), ('group ' || (2 + n % 250)), ('Group ' || (252 + n % 249))) v(value)`;
  await database.$executeRaw`
    INSERT INTO role_grants (user_id, role_id, source)
    SELECT v.user_id, r.id, 'scim' FROM idp_role_values v JOIN users u ON u.id = v.user_id
    JOIN roles r ON r.team_id = u.team_id AND r.name = 'scim:' || v.value`;
  await database.$executeRaw`
    INSERT INTO sync_events (team_id, user_id, trigger, event_type, outcome, sent_at, received_at, applied_at, changes)
    SELECT ${teamId}::uuid, u.id, 'hint', 'scim.member.update', 'changed', at - interval '1 second', at, at,
      CASE WHEN u.n > ${people - wide}::int THEN wide.changes ELSE '[{"type":"user_created"}]' END
    FROM (SELECT id, n, now() - (${people}::int - n) * interval '0.8 seconds' AS at FROM (
      SELECT id, row_number() OVER (ORDER BY email) AS n FROM users WHERE team_id = ${teamId}::uuid) u) u
    CROSS JOIN (SELECT '[{"type":"user_created"}]'::jsonb
      || (SELECT jsonb_agg(jsonb_build_object('type', 'idp_role_value_added', 'via', 'groups', 'value', 'group ' || g))
        FROM generate_series(1, 500) g)
      || (SELECT jsonb_agg(jsonb_build_object('type', 'role_granted', 'role', 'scim:group ' || g, 'roleId', gen_random_uuid()))
        FROM generate_series(1, 500) g) AS changes) wide
    ORDER BY u.n`;
  await database.$executeRaw`
    INSERT INTO idp_role_values (user_id, value, via) SELECT u.id, 'group ' || g, 'groups'
    FROM users u CROSS JOIN generate_series(1, ${groups}::int) g WHERE u.email = 'p99999@acme.example'
    ON CONFLICT DO NOTHING`;
  await database.$executeRaw`
    INSERT INTO role_grants (user_id, role_id, source) SELECT u.id, r.id, 'scim' FROM users u
    JOIN roles r ON r.team_id = u.team_id WHERE u.email = 'p99999@acme.example' ON CONFLICT DO NOTHING`;
  const [hold] = await database.$queryRaw<[{ id: string }]>`
    INSERT INTO held_changes (team_id, user_ids, fence)
    SELECT ${teamId}::uuid, array_agg(id), now() FROM (SELECT id FROM users WHERE team_id = ${teamId}::uuid LIMIT ${held}) u
    RETURNING id::text`;
  holdId = hold.id;
  await database.$executeRaw`ANALYZE`;
}

type Answer = { status: number; text: string; databaseBytes: number; slowestWebhookMs: number };

/** Asks, and posts webhooks one after the other until the answer is whole. */
async function ask(path: string, init: RequestInit = {}): Promise<Answer> {
  const before = wire.answered();
  let isOver = false;
  const waits: number[] = [];
  const beside = (async () => {
    do {
      const { status, ms } = await post(url, signed());
      expect(status).toBe(202);
      waits.push(ms);
    } while (!isOver);
  })();
  const jwt = path.startsWith('/support') ? sam.jwt : admin.jwt;
  const headers = { cookie: `stytch_session_jwt=${jwt}`, 'sec-fetch-site': 'same-origin', ...init.headers };
  const started = performance.now();
  const response = await fetch(url + path, { redirect: 'manual', ...init, headers });
  const text = await response.text();
  const ms = performance.now() - started;
  isOver = true;
  await beside;
  const answer = {
    status: response.status,
    text,
    databaseBytes: wire.answered() - before,
    slowestWebhookMs: Math.max(...waits),
  };
  if (process.env.SHOW)
    console.info(
      `${path}: ${response.status} ${Math.round(ms)} ms, ${text.length} characters, ${answer.databaseBytes} bytes of rows, webhooks ${Math.round(answer.slowestWebhookMs)} ms`,
    );
  return answer;
}

const json = (body: object, method = 'POST'): RequestInit => ({
  method,
  body: JSON.stringify(body),
  headers: { 'content-type': 'application/json' },
});

const roleId = async (name: string) =>
  (await lab.database.role.findFirstOrThrow({ where: { teamId: admin.teamId, name } })).id;

it.each<[string, () => Promise<[string, RequestInit?]>]>([
  ['the overview', async () => ['/settings/scim']],
  ['what it asks for every few seconds', async () => ['/settings/scim/live']],
  ['the set-up', async () => ['/api/scim/setup']],
  ['the sync health', async () => ['/api/scim/health']],
  ['the roles', async () => ['/settings/scim/roles']],
  ['the roles, searched', async () => ['/settings/scim/roles?q=group%202']],
  ['the roles, for programs', async () => ['/api/scim/roles']],
  ['a role', async () => [`/settings/scim/roles/${await roleId('scim:group 1')}`]],
  ['a new role', async () => ['/settings/scim/roles/new?value=Group%20252']],
  ['a new role that everybody gains', async () => ['/api/scim/roles?preview=true', json({ value: 'group 1' })]],
  ['a new name', async () => [`/settings/scim/roles/${await roleId('scim:group 1')}?value=group%202`]],
  ['a deletion', async () => [`/settings/scim/roles/${await roleId('scim:group 1')}/delete`]],
  ['the deletion of the connection', async () => ['/settings/scim/connection/delete']],
  ['the activity', async () => ['/settings/scim/activity']],
  ['the activity of many', async () => ['/settings/scim/activity?person=acme']],
  ['the activity, for programs', async () => ['/api/scim/activity?limit=200']],
  ['the health of the whole', async () => ['/support']],
  ['what it asks for every few seconds', async () => ['/support/live']],
  ['the held', async () => ['/support/held']],
  ['one hold', async () => [`/support/held/${holdId}`]],
  ['why', async () => ['/support/why?who=p7@acme.example&team=Acme']],
  ['why, of one who is in all groups', async () => ['/support/why?who=p99999@acme.example&team=Acme']],
])('%s costs a page, whatever the size of the team', async (_, request) => {
  const { status, text, databaseBytes, slowestWebhookMs } = await ask(...(await request()));
  expect(status).toBe(200);
  expect(text.length).toBeLessThan(500_000);
  expect(databaseBytes).toBeLessThan(500_000);
  expect(slowestWebhookMs).toBeLessThan(2_000);
});

it('the export of the activity is streamed within the heap, while other requests are answered', async () => {
  const { status, text, slowestWebhookMs } = await ask('/settings/scim/activity.csv?person=p99');
  expect(status).toBe(200);
  expect(text.split('\n').length).toBeGreaterThan(1_111);
  expect(text.match(/; and 501 more/g)?.length).toBeGreaterThan(wide / 2);
  expect(slowestWebhookMs).toBeLessThan(2_000);
  expect(server.child.exitCode).toBeNull();
});

it('a few exports run at a time, and the next one is refused', async () => {
  const headers = { authorization: `Bearer ${admin.jwt}` };
  const begun = await Promise.all([1, 2, 3].map(() => fetch(`${url}/api/scim/activity.csv`, { headers })));
  const refused = await ask('/api/scim/activity.csv');
  expect([refused.status, JSON.parse(refused.text).error.code]).toEqual([429, 'too_many_requests']);
  for (const { body } of begun) await body?.cancel();
  await eventually(async () => {
    const next = await fetch(`${url}/api/scim/activity.csv?person=nobody`, { headers });
    return (await next.text()).startsWith('time') && next.status === 200;
  });
});
