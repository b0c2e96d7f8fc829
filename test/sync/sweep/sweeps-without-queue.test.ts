import { queueNames } from '../../../src/queue/backend.js';
import { eventually } from '../../helpers/eventually.js';
import { type Lab, startLab } from '../../helpers/lab.js';
import { backends, inspectQueue } from '../../helpers/queue.js';
import { askRedis } from '../../helpers/redis-troubles.js';
import { hasRedisServer } from '../../local/redis.js';

const intervalSeconds = 2;
/** The interval, the time for the queue, a run of the schedule, and a margin for a slow machine. */
const outWithinMs = (intervalSeconds + 15 + 5 + 15) * 1_000;

type People = { lab: Lab; leaver: string; bystander: string };

/** Plays in a lab of its own: each test mostly waits, so they run side by side. */
async function inLab(backend: (typeof backends)[number], play: (people: People) => Promise<void>): Promise<void> {
  const people = await start(backend);
  try {
    await play(people);
  } finally {
    await people.lab.stop();
  }
}

/** Two teams with one person each. No webhook is sent, so sweeps of a worker create the users. */
async function start(backend: (typeof backends)[number]): Promise<People> {
  const lab = await startLab({
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
  for (const memberId of [leaver, bystander])
    await eventually(async () => expect((await row(lab, memberId))?.status).toBe('active'));
  return { lab, leaver, bystander };
}

const row = async (lab: Lab, memberId: string) => (await lab.rows()).find((one) => one.memberId === memberId);

/** A person leaves without a webhook. */
async function isOutInTime({ lab, leaver, bystander }: People): Promise<void> {
  const before = await row(lab, bystander);
  lab.emulator.directory.silently(() => lab.emulator.directory.deprovision(leaver));
  await eventually(
    async () => expect(await row(lab, leaver)).toMatchObject({ status: 'deactivated', grants: [] }),
    outWithinMs,
  );
  expect(await row(lab, bystander)).toEqual(before);
}

async function pauseAll(lab: Lab, isPaused: boolean): Promise<void> {
  for (const name of queueNames) {
    await inspectQueue(lab.home, name, (queue) => (isPaused ? queue.pause() : queue.resume()));
  }
}

it.concurrent.each(backends)('a leaver is deactivated in time while every queue on %s is paused', (backend) =>
  inLab(backend, async (people) => {
    const { lab, leaver } = people;
    await pauseAll(lab, true);
    await isOutInTime(people);
    expect(await lab.database.teamSync.count({ where: { sweepClaimedAt: null } })).toBe(0); // by the workers themselves
    // When the queue hands out its jobs later, they change nothing.
    const before = await row(lab, leaver);
    await pauseAll(lab, false);
    await lab.quiet();
    expect(await row(lab, leaver)).toMatchObject({ status: before?.status, grants: [] });
  }),
);

const withRedis = hasRedisServer() ? describe : describe.skip;
withRedis('a leaver is out in time', () => {
  it.concurrent.each([
    ['is full', 'CONFIG SET maxmemory 1'],
    ['refuses writes for want of replicas', 'CONFIG SET min-replicas-to-write 1'],
    ['is demoted', 'REPLICAOF 127.0.0.1 1'],
  ])('while Redis %s', (_, command) =>
    inLab('redis', async (people) => {
      const { port } = new URL(String(people.lab.home.redisUrl));
      await askRedis({ port: Number(port) }, ...command.split(' '));
      await isOutInTime(people);
    }),
  );
});
