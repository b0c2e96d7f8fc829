import { connectDatabase } from '../../src/database/database.js';
import { fieldNames } from '../../src/log/log.js';
import { startEmulator } from '../emulator/emulator.js';
import { testEnv } from '../helpers/config.js';
import { createTestDatabase } from '../helpers/database.js';
import { eventually } from '../helpers/eventually.js';
import { startProcess, stopProcess, type TestProcess } from '../helpers/processes.js';
import { backends, inspectQueue, startTestQueue } from '../helpers/queue.js';
import { dumpQueue } from '../helpers/queue-dump.js';
import { seedTeam } from '../helpers/rows.js';
import { memberEvent, post, projectId, secret, signed } from '../helpers/webhook.js';
import { freePort } from '../local/ports.js';

/** What must be found nowhere. Each is put wherever it could come in. */
const hostile = {
  name: 'Wilhelmina Featherstonehaugh',
  email: 'featherstonehaugh@acme.example',
  token: 'Sup3rS3cretSessionT0ken',
};
const all = Object.values(hostile).join(' ');

describe.each(backends)('with the queue on %s', (backend) => {
  let database: Awaited<ReturnType<typeof createTestDatabase>>;
  let queue: Awaited<ReturnType<typeof startTestQueue>>;
  let emulator: Awaited<ReturnType<typeof startEmulator>>;
  let processes: TestProcess[];
  let url: string;
  let organizationId: string;
  let teamId: string;

  beforeAll(async () => {
    database = await createTestDatabase();
    queue = await startTestQueue(backend, database.url);
    emulator = await startEmulator({ projectId, secret: 'secret-test' });
    emulator.webhooks.mode = 'manual';
    ({ organization_id: organizationId } = emulator.organizations.create({ name: 'Acme' }));
    teamId = await seedTeam(database.database, { name: 'Acme', organizationId, roles: ['scim:analyst'] });
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    const env = testEnv({ ...queue.env, STYTCH_BASE_URL: emulator.url, LOG_LEVEL: 'trace', PORT: String(port) });
    processes = await Promise.all([startProcess('server', env), startProcess('worker', env)]);
    await eventually(async () => (await fetch(`${url}/readyz`)).status === 200);
  }, 120_000);
  afterAll(async () => {
    await Promise.all(processes.map(stopProcess));
    await emulator.stop();
    await queue.stop();
    await database.drop();
  });

  const logs = () => processes.map((one) => one.output()).join('\n');
  const failedReasons = async () => {
    const jobs = await Promise.all(
      (['hints', 'leavers'] as const).map((name) =>
        inspectQueue(queue.home, name, (one) => one.getJobs(['failed', 'delayed'])),
      ),
    );
    return jobs.flat().map((job) => String(job?.failedReason));
  };
  const provision = (n: number) =>
    emulator.directory.provision(organizationId, {
      userName: `${n}.${hostile.email}`,
      name: hostile.name,
      roles: ['analyst'],
    });

  /** Where strangers and admins send it: headers, cookies, addresses, bodies, signatures. */
  const throughRequests = async () => {
    const headers = {
      cookie: `stytch_session_jwt=${hostile.token}`,
      'user-agent': all,
      'x-forwarded-for': hostile.email,
    };
    const query = new URLSearchParams({ who: hostile.email, person: hostile.name, cursor: hostile.token, done: all });
    for (const path of [
      '/settings/scim',
      '/settings/scim/activity',
      '/support/why',
      '/api/scim/activity',
      `/${hostile.email}`,
    ]) {
      await fetch(`${url}${path}?${query}`, { headers });
      const sent = { ...headers, authorization: `Bearer ${hostile.token}`, 'content-type': 'application/json' };
      await fetch(`${url}${path}?${query}`, { method: 'POST', headers: sent, body: JSON.stringify(hostile) });
      await fetch(`${url}${path}`, { method: 'POST', headers: sent, body: `{"${all}` });
    }
  };

  /** Where Stytch sends it: any part of an event, an id too (but for the token there: nothing tells it from an id). */
  const throughEvents = async () => {
    const event = memberEvent({
      ...hostile,
      object_type: 'member',
      member: { ...hostile, email_address: hostile.email },
    });
    const keys = ['event_id', 'id', 'action', 'object_type', 'source', 'timestamp', 'vertical'];
    const bent = keys.flatMap((key) => [hostile.name, hostile.email].map((value) => ({ ...event, [key]: value })));
    for (const body of [event, ...bent, hostile, all, { ...event, project_id: hostile.email }]) {
      await post(url, signed(body));
      await post(url, { ...signed(body), body: JSON.stringify({ ...event, forged: true }) });
    }
    for (const id of [hostile.name, hostile.email]) await post(url, signed(memberEvent(), { id: encodeURI(id) }));
  };

  /** Where Stytch answers with it, in errors too, and where PostgreSQL quotes it. */
  const throughFailures = async () => {
    const refuses = (error_type: string) =>
      emulator.faults.failWhile('members.dangerouslyGet', { status: 400, error_type, error_message: all });
    for (const [n, type] of ['bad_request', hostile.email, all].entries()) {
      const recover = refuses(type);
      const failed = (await failedReasons()).length;
      await post(url, signed(memberEvent({ id: provision(n).member_id, member: { organization_id: organizationId } })));
      await eventually(async () => (await failedReasons()).length > failed, 60_000);
      recover();
    }
    const owner = connectDatabase(database.url, { connections: 1 });
    await owner.$executeRawUnsafe(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      RAISE EXCEPTION 'no % % here', NEW.name, NEW.email USING DETAIL = NEW.email, HINT = NEW.name; END $$`);
    await owner.$executeRawUnsafe(
      'CREATE TRIGGER refuse BEFORE INSERT OR UPDATE ON users FOR EACH ROW EXECUTE FUNCTION refuse()',
    );
    const failed = (await failedReasons()).length;
    await post(url, signed(memberEvent({ id: provision(9).member_id, member: { organization_id: organizationId } })));
    await eventually(async () => (await failedReasons()).length > failed, 60_000);
    await owner.$executeRawUnsafe('DROP TRIGGER refuse ON users');
    await owner.$disconnect();
  };

  it('no name, e-mail or token from any input is in logs at level trace, in the queue or in metrics', async () => {
    await throughRequests();
    await throughEvents();
    await throughFailures();
    const last = signed(memberEvent({ id: provision(20).member_id, member: { organization_id: organizationId } }));
    await post(url, last);
    await eventually(
      async () => expect(await database.database.user.count({ where: { teamId } })).toBeGreaterThan(0),
      60_000,
    );
    const linesAbout = (svixId: unknown) =>
      logs()
        .split('\n')
        .filter((line) => line.includes(`"svixId":"${svixId}"`));
    await eventually(() => linesAbout(last.headers['svix-id']).some((line) => line.includes('hint handled')));
    const told = linesAbout(last.headers['svix-id']).filter((line) => JSON.parse(line).level >= 30);
    expect(told).toHaveLength(1); // one line a hint; the other is the receiver's, for debugging
    const places = {
      logs: logs(),
      queue: await dumpQueue(queue.home, database.database),
      metrics: await (await fetch(`${url}/metrics`)).text(),
    };
    for (const [place, text] of Object.entries(places)) {
      const found = ['Featherstonehaugh', 'Wilhelmina', 'acme.example', hostile.token, 'secret-test', secret].filter(
        (one) => text.toLowerCase().includes(one.toLowerCase()),
      );
      expect([place, found]).toEqual([place, []]);
    }
    const lines = logs()
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line));
    const ofPino = ['level', 'time', 'process', 'msg'];
    const fields = [...new Set(lines.flatMap((line) => Object.keys(line)))];
    expect(fields.filter((name) => ![...ofPino, ...fieldNames].includes(name))).toEqual([]);
    expect(lines.length).toBeGreaterThan(50);
    expect(places.logs).toMatch(/webhook rejected.*job failed/s);
    expect(places.queue).toContain('Stytch members.dangerouslyGet: 400');
  }, 300_000);
});
