import type { Database } from '../../../src/database/database.js';
import { startEmulator } from '../../emulator/emulator.js';
import { testEnv } from '../../helpers/config.js';
import { createTestDatabase } from '../../helpers/database.js';
import { eventually } from '../../helpers/eventually.js';
import { startProcess, stopProcess, type TestProcess } from '../../helpers/processes.js';
import { backends, inspectQueue, startTestQueue } from '../../helpers/queue.js';
import { dumpQueue } from '../../helpers/queue-dump.js';
import { rowsOf, seedTeam } from '../../helpers/rows.js';
import { projectId, secret } from '../../helpers/webhook.js';
import { freePort } from '../../local/ports.js';

/** More than 5,000 events on Redis. The queue on PostgreSQL has a sixth of the speed. */
const peopleOn = { redis: 2500, postgres: 250 };
const names = { given: 'Wilhelmina', family: 'Featherstonehaugh' };

/**
 * Two receivers and three workers, as separate processes; one worker is killed in the middle of 5,000 events. Then the
 * database, Redis and all logs are searched for personal data.
 */
it.each(backends)(
  'nothing accepted is lost, and nobody is named anywhere, when a worker is killed in the middle (queue on %s)',
  async (backend) => {
    const people = peopleOn[backend];
    const database = await createTestDatabase();
    const queue = await startTestQueue(backend, database.url);
    const emulator = await startEmulator({ projectId, secret: 'secret-test' });
    emulator.webhooks.mode = 'manual';
    emulator.webhooks.setEndpoint({ url: 'http://127.0.0.1:1', secrets: [secret] });
    emulator.faults.latencyMs = 50;
    const env = testEnv({ ...queue.env, STYTCH_BASE_URL: emulator.url, LOG_LEVEL: 'trace' });
    const ports = [await freePort(), await freePort()];
    const receivers = await Promise.all(ports.map((port) => startProcess('server', { ...env, PORT: String(port) })));
    const workers = await Promise.all([1, 2, 3].map(() => startProcess('worker', env)));

    const { organization_id: organizationId } = emulator.organizations.create({ name: 'Acme' });
    await seedTeam(database.database, { name: 'Acme', organizationId, roles: ['scim:analyst'] });
    for (let n = 0; n < people; n++) {
      const name = `${names.given} ${names.family}-${n}`;
      const { member_id } = emulator.directory.provision(organizationId, {
        userName: `featherstonehaugh.${n}@acme.example`,
        name,
        externalId: `00u${n}`,
        roles: ['analyst'],
      });
      if (n % 10 === 0) emulator.directory.deprovision(member_id);
      else emulator.directory.setRoles(member_id, n % 3 ? ['analyst'] : []);
    }
    const poison = emulator.directory.provision(organizationId, { userName: 'poison.featherstonehaugh@acme.example' });
    emulator.directory.setMember(poison.member_id, { status: 'Featherstonehaugh' });

    const killed = killInTheMiddle(workers);
    const accepted = await postAll(emulator, ports);
    expect(accepted.length).toBeGreaterThan(2 * people);
    const dead = await killed;

    await eventually(() => expectAccounted(database.database, queue.home, accepted), 300_000);
    const rows = await rowsOf(database.database);
    expect(rows).toHaveLength(rows.filter(isRight).length);
    expect(rows.filter(({ status }) => status === 'active')).toHaveLength(people - people / 10);

    const survivors = [...receivers, ...workers.filter((worker) => worker !== dead)];
    const queued = await dumpQueue(queue.home, database.database);
    await Promise.all(survivors.map(stopProcess));
    const said = [...receivers, ...workers].map((one) => one.output()).join('') + queued;
    expect(said).toContain(poison.member_id); // it was the right place to search
    expect(said).not.toMatch(/featherstonehaugh|wilhelmina|secret-test|whsec_/i);

    await emulator.stop();
    await queue.stop();
    await database.drop();
  },
  900_000,
);

/** The busiest worker: on a slow machine one worker may do nearly everything. */
async function killInTheMiddle(workers: readonly TestProcess[]): Promise<TestProcess> {
  const handledBy = (worker: TestProcess) => worker.output().match(/hint handled/g)?.length ?? 0;
  const busiest = () => workers.find((worker) => handledBy(worker) > 50);
  await eventually(() => busiest() !== undefined, 300_000);
  const dead = busiest() as TestProcess;
  dead.kill('SIGKILL');
  return dead;
}

/** Posts every message to one of the receivers, many at a time, until it is accepted. @returns their svix ids */
async function postAll(emulator: Awaited<ReturnType<typeof startEmulator>>, ports: number[]): Promise<string[]> {
  const accepted: string[] = [];
  const messages = emulator.webhooks.outbox.values();
  const postNext = async () => {
    for (const message of messages) {
      const port = ports[accepted.length % ports.length];
      // A slow queue answers 503. Svix sends again, and so does this test.
      await eventually(async () => {
        const { headers, body } = emulator.webhooks.sign(message);
        const { status } = await fetch(`http://127.0.0.1:${port}/webhooks/stytch`, { method: 'POST', headers, body });
        return status === 202;
      }, 300_000);
      accepted.push(message.svixId);
    }
  };
  await Promise.all(Array.from({ length: 30 }, postNext));
  return accepted;
}

/** Throws a short error: this process also runs the emulator, and a diff of thousands of ids would keep it from answering. */
async function expectAccounted(
  database: Database,
  home: Parameters<typeof inspectQueue>[0],
  accepted: readonly string[],
): Promise<void> {
  const events = await database.syncEvent.findMany({ where: { trigger: 'hint' }, select: { svixId: true } });
  const known = new Set(events.map(({ svixId }) => svixId));
  for (const name of ['hints', 'leavers'] as const) {
    const failed = await inspectQueue(home, name, (queue) => queue.getFailed());
    for (const job of failed) known.add(job.data.svixId);
  }
  const missing = accepted.filter((svixId) => !known.has(svixId));
  if (missing.length > 0) throw new Error(`${missing.length} hints are not accounted for, among them ${missing[0]}`);
}

function isRight(row: Awaited<ReturnType<typeof rowsOf>>[number]): boolean {
  const n = Number(/\.(\d+)@/.exec(row.user)?.[1]);
  if (n % 10 === 0) return row.status === 'deactivated' && row.grants.length === 0;
  return row.status === 'active' && row.grants.length === (n % 3 ? 1 : 0);
}
