import { startServer } from '../../src/server.js';
import { startWorker } from '../../workers/main.js';
import { signInAs } from '../helpers/admin.js';
import { silent, testConfig } from '../helpers/config.js';
import { callsOf } from '../helpers/console.js';
import { eventually } from '../helpers/eventually.js';
import { type Lab, startLab } from '../helpers/lab.js';
import { memberEvent, secret as oldSecret, post, signed } from '../helpers/webhook.js';

/** Each secret, and each access, is taken back the way that deploy/rotating.md says. */

const newSecret = 'whsec_bmV3LXNlY3JldC1hZnRlci10aGUtcm90YXRpb24h';
let lab: Lab;

beforeEach(async () => {
  lab = await startLab({ support: true, worker: false });
});

afterEach(async () => {
  await lab.stop();
});

async function withServer(change: Record<string, string>, use: (url: string) => Promise<void>): Promise<void> {
  const server = await startServer(testConfig({ ...lab.env, ...change }), silent, { schedules: false });
  await use(`http://127.0.0.1:${server.port}`);
  await server.stop();
}

async function statusOf(url: string, ...secrets: string[]): Promise<number> {
  return (await post(url, signed(memberEvent(), { secrets }))).status;
}

it('the webhook secret: during a rotation both are accepted, then only the new one', async () => {
  // Rolled in the dashboard: for a day Svix signs with both, so the processes that only know the old one go on.
  expect(await statusOf(lab.url, newSecret, oldSecret)).toBe(202);
  await withServer({ STYTCH_WEBHOOK_SECRETS: `${newSecret},${oldSecret}` }, async (url) => {
    expect(await statusOf(url, newSecret, oldSecret)).toBe(202);
    expect(await statusOf(url, newSecret)).toBe(202);
    expect(await statusOf(url, oldSecret)).toBe(202);
  });
  await withServer({ STYTCH_WEBHOOK_SECRETS: newSecret }, async (url) => {
    expect(await statusOf(url, newSecret)).toBe(202);
    expect(await statusOf(url, oldSecret)).toBe(401);
  });
});

it('the Stytch secret: while both are valid no call is refused, and later hints wait for the new one', async () => {
  const { organizationId } = await lab.team({ name: 'Acme' });
  const { directory } = lab.emulator;
  const users = (where: { name?: string; status?: string }) => lab.database.user.count({ where });
  const before = await lab.startWorker();
  const { member_id: ada } = directory.provision(organizationId, { email: 'ada@acme.example', name: 'Ada' });
  await eventually(async () => (await users({ status: 'active' })) === 1);

  lab.emulator.setSecrets(['secret-test', 'secret-new']);
  const { member_id: bob } = directory.provision(organizationId, { email: 'bob@acme.example', name: 'Bob' });
  await eventually(async () => (await users({ status: 'active' })) === 2);

  lab.emulator.setSecrets(['secret-new']); // too early: a worker still has the old one
  directory.update(bob, { name: 'Robert' });
  directory.deprovision(ada);
  directory.remove(ada);
  await eventually(async () => (await users({ name: 'Ada', status: 'deactivated' })) === 1, 60_000);
  expect(await users({ name: 'Robert' })).toBe(0);
  await before.stop();

  const config = testConfig({ ...lab.env, STYTCH_SECRET: 'secret-new' });
  const worker = await startWorker(config, silent, { schedules: false });
  await eventually(async () => (await users({ name: 'Robert', status: 'active' })) === 1, 120_000);
  expect(await users({ status: 'active' })).toBe(1);
  await worker.stop();
}, 300_000);

it('access to support: a removed permission takes effect at the next click', async () => {
  const sam = { email_address: 'sam@scanner.dev', roles: ['scanner_support'] };
  const { member_id: memberId } = lab.emulator.directory.createMember(String(lab.env.SUPPORT_ORGANIZATION_ID), sam);
  const { jwt } = await signInAs(lab, memberId);
  const desk = callsOf(lab, jwt);
  expect((await desk.get('')).status).toBe(200);
  lab.emulator.directory.updateMember(memberId, { roles: [] });
  expect((await desk.get('')).status).toBe(403);
  const act = await desk.post('/replay', { which: 'chosen', job: 'msg_1', reason: 'ticket 4711' });
  expect(act.status).toBe(403);
  expect(await lab.database.auditLog.count()).toBe(0);
});
