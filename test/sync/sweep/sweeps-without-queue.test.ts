import { queueNames } from '../../../src/queue/backend.js';
import { eventually } from '../../helpers/eventually.js';
import { type Lab, startLab } from '../../helpers/lab.js';
import { backends, inspectQueue } from '../../helpers/queue.js';
import { askRedis } from '../../helpers/redis-troubles.js';
import { hasRedisServer } from '../../local/redis.js';

const intervalSeconds = 2;
/** The interval, the time for the queue, a run of the schedule, and a margin for a slow machine. */
const outWithinMs = (intervalSeconds + 15 + 5 + 15) * 1_000;

let lab: Lab;
afterEach(() => lab.stop());

/** Two teams with one person each. No webhook is sent, so sweeps of a worker create the users. */
async function start(backend: (typeof backends)[number]) {
  lab = await startLab({
    backend,
    worker: false,
    schedules: true,
    env: { SWEEP_INTERVAL_SECONDS: String(intervalSeconds) },
  });
  lab.emulator.webhooks.setEndpoint(null);
  const { directory } = lab.emulator;
  const personIn = async (name: string) => {
    const { organizationId } = await lab.team({ name });
    const person = { userName: `ada@${name}.example`, externalId: 'ada', roles: ['analyst'] };
    return directory.silently(() => directory.provision(organizationId, person)).member_id;
  };
  const [leaver, bystander] = [await personIn('acme'), await personIn('beta')];
  await lab.startWorker();
  for (const memberId of [leaver, bystander]) await eventually(async () => expect(await active(memberId)).toBe(true));
  return { leaver, bystander };
}

const row = async (memberId: string) => (await lab.rows()).find((one) => one.memberId === memberId);
const active = async (memberId: string) => (await row(memberId))?.status === 'active';

/** A person leaves without a webhook. */
async function isOutInTime({ leaver, bystander }: { leaver: string; bystander: string }): Promise<void> {
  const before = await row(bystander);
  lab.emulator.directory.silently(() => lab.emulator.directory.deprovision(leaver));
  await eventually(
    async () => expect(await row(leaver)).toMatchObject({ status: 'deactivated', grants: [] }),
    outWithinMs,
  );
  expect(await row(bystander)).toEqual(before);
}

async function pauseAll(isPaused: boolean): Promise<void> {
  for (const name of queueNames) {
    await inspectQueue(lab.home, name, (queue) => (isPaused ? queue.pause() : queue.resume()));
  }
}

it.each(backends)('a leaver is deactivated in time while every queue on %s is paused', async (backend) => {
  const people = await start(backend);
  await pauseAll(true);
  await isOutInTime(people);
  expect(await lab.database.teamSync.count({ where: { sweepClaimedAt: null } })).toBe(0); // by the workers themselves
  // When the queue hands out its jobs later, they change nothing.
  const before = await row(people.leaver);
  await pauseAll(false);
  await lab.quiet();
  expect(await row(people.leaver)).toMatchObject({ status: before?.status, grants: [] });
});

const withRedis = hasRedisServer() ? describe : describe.skip;
withRedis('a leaver is out in time', () => {
  it.each([
    ['is full', 'CONFIG SET maxmemory 1'],
    ['refuses writes for want of replicas', 'CONFIG SET min-replicas-to-write 1'],
    ['is demoted', 'REPLICAOF 127.0.0.1 1'],
  ])('while Redis %s', async (_, command) => {
    const people = await start('redis');
    await askRedis({ port: Number(new URL(String(lab.home.redisUrl)).port) }, ...command.split(' '));
    await isOutInTime(people);
  });
});
