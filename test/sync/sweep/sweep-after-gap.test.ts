import { rereadsThrough } from '../../../src/queue/jobs.js';
import { connectProducer, type Producer } from '../../../src/queue/produce.js';
import { eventually } from '../../helpers/eventually.js';
import { quickly } from '../../helpers/lab.js';
import { ownTeam } from '../../helpers/own-team.js';
import { inspectQueue } from '../../helpers/queue.js';

const own = ownTeam();
let queue: Producer;
beforeEach(() => {
  queue = connectProducer(own.lab.home, () => {});
});
afterEach(() => queue.close());

it('a sweep that waits for its next attempt runs at once after a gap, and not before', async () => {
  const rereads = rereadsThrough(queue, quickly);
  await own.lab.quiet();
  const sweptAt = async () => (await own.lab.database.teamSync.findUnique({ where: { teamId: own.teamId } }))?.sweptAt;
  const before = await sweptAt();
  const waiting = {
    name: 'sweep-team',
    data: { teamId: own.teamId, occasion: { trigger: 'sweep' } },
    delayMs: 3_600_000,
  };
  await queue.add([{ queue: 'sweeps', ...waiting, once: `team-${own.teamId}` }]);
  await rereads.team(own.teamId, { trigger: 'sweep' });
  const delayed = await inspectQueue(own.lab.home, 'sweeps', (one) => one.getJobCounts('delayed', 'waiting', 'active'));
  expect(delayed).toEqual({ delayed: 1, waiting: 0, active: 0 });
  await rereads.everyTeam({ trigger: 'sweep' });
  await eventually(async () => expect(await sweptAt()).not.toEqual(before));
});
