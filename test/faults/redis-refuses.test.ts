import { queueNames } from '../../src/queue/backend.js';
import { eventually } from '../helpers/eventually.js';
import { backends, inspectQueue, startTestRedis } from '../helpers/queue.js';
import { askRedis, refusals } from '../helpers/redis-troubles.js';
import type { LocalRedis } from '../local/redis.js';
import { burst, morning } from './changes.js';
import type { FaultLab } from './fault-lab.js';
import { handledHints, inMidBurst, many } from './mid-burst.js';
import { outageLines } from './orderly-logs.js';
import { patienceMs } from './patience.js';
import { fault } from './record.js';

const withRedis = backends.length === 2 ? describe : describe.skip;

/** The interval of these tests, the time that a queue has, a turn of the schedule, and a slow machine. */
const outWithinSeconds = 5 + 15 + 5 + 10;

const redisOf = (lab: FaultLab) => lab.redis as LocalRedis;

async function webhooksWorkAgain(lab: FaultLab): Promise<void> {
  lab.emulator.webhooks.faults.drop = 0;
  const before = await handledHints(lab);
  lab.emulator.directory.setRoles(String(lab.people[1]), ['admin']);
  await eventually(async () => (await handledHints(lab)) > before, patienceMs);
}

/** People leave and join, no webhook is delivered, and the rows follow as if the queue were there. */
async function isRightInTime(lab: FaultLab): Promise<void> {
  lab.emulator.webhooks.faults.drop = 1;
  lab.act(() => morning(lab));
  await lab.settled();
  expect(lab.lags.leavers).toBeLessThan(outWithinSeconds);
}

withRedis('Redis that is there and', () => {
  for (const { word, begin, end } of refusals) {
    fault(`Redis refuses writes (${word})`, 'workers sweep by themselves, and say why', async (lab) => {
      await begin(redisOf(lab));
      await isRightInTime(lab);
      await eventually(() => expect(outageLines(lab.workers, 'queue').join()).toContain(`(${word})`), patienceMs);
      await end(redisOf(lab));
      await webhooksWorkAgain(lab);
      await eventually(() => expect(outageLines(lab.workers, 'queue')).toContain('works again '), patienceMs);
    });
  }

  fault('every queue paused', 'workers sweep by themselves', async (lab) => {
    for (const name of queueNames) await inspectQueue(lab.home, name, (queue) => queue.pause());
    await isRightInTime(lab);
    for (const name of queueNames) await inspectQueue(lab.home, name, (queue) => queue.resume());
    await webhooksWorkAgain(lab);
  });

  fault(
    'Redis demoted in mid-burst, its address moved to its replica',
    'every connection follows, and what was in hand is accounted for',
    async (lab) => {
      const replica = await startTestRedis();
      await follow(replica, redisOf(lab));
      lab.act(() => burst(lab));
      await inMidBurst(lab);
      await failOver(lab, replica);
      await lab.settled();
      await lab.accounted();
      await webhooksWorkAgain(lab);
      await eventually(async () => expect(await clientsOf(redisOf(lab))).toEqual([]), patienceMs);
      await replica.stop();
    },
    many(),
  );

  fault(
    'Redis demoted in mid-burst by an empty one, then promoted again',
    'everybody is read again, as what it held is gone',
    async (lab) => {
      const empty = await startTestRedis();
      lab.act(() => burst(lab));
      await inMidBurst(lab);
      await follow(redisOf(lab), empty);
      await askRedis(redisOf(lab), 'REPLICAOF', 'NO', 'ONE');
      await lab.settled();
      await webhooksWorkAgain(lab);
      await empty.stop();
    },
    { ...many(), queueForgets: true },
  );
});

/** Makes one the other's replica, and waits until it has all that the other has. */
async function follow(replica: LocalRedis, master: LocalRedis): Promise<void> {
  await askRedis(replica, 'REPLICAOF', '127.0.0.1', String(master.port));
  await eventually(async () => expect(await replication(replica)).toContain('master_link_status:up'), patienceMs);
}

/** As it is done on purpose: writes wait until the replica has all, so nothing is lost. */
async function failOver(lab: FaultLab, replica: LocalRedis): Promise<void> {
  const master = redisOf(lab);
  await askRedis(master, 'CLIENT', 'PAUSE', '60000', 'WRITE');
  const offset = async (redis: LocalRedis, name: string) =>
    new RegExp(`${name}:(\\d+)`).exec(await replication(redis))?.[1];
  await eventually(async () => {
    expect(await offset(replica, 'slave_repl_offset')).toBe(await offset(master, 'master_repl_offset'));
  });
  await askRedis(replica, 'REPLICAOF', 'NO', 'ONE');
  lab.wires.redis?.moveTo(replica.port);
  await askRedis(master, 'REPLICAOF', '127.0.0.1', String(replica.port));
  await askRedis(master, 'CLIENT', 'UNPAUSE');
}

/** All connections except the replication and the one that asks. */
async function clientsOf(redis: LocalRedis): Promise<string[]> {
  const clients = String(await askRedis(redis, 'CLIENT', 'LIST'))
    .trim()
    .split('\n');
  return clients.filter((client) => !/ flags=[MS] | cmd=client/.test(client));
}

async function replication(redis: LocalRedis): Promise<string> {
  return String(await askRedis(redis, 'INFO', 'replication'));
}
