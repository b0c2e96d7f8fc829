import { eventually } from '../helpers/eventually.js';
import { backends } from '../helpers/queue.js';
import { burst, everybody, morning } from './changes.js';
import { inMidBurst, many } from './mid-burst.js';
import { patienceMs } from './patience.js';
import { fault } from './record.js';

// With the queue on PostgreSQL side-by-side.test.ts does the same.
fault(
  'kill -9 of a worker in mid-burst',
  'its hints are taken over by another',
  async (lab) => {
    const victim = await lab.worker();
    lab.act(() => burst(lab));
    await inMidBurst(lab);
    victim.kill('SIGKILL');
    await lab.settled();
  },
  many(),
);

describe.each(backends)('with the queue on %s', (backend) => {
  fault(
    `a worker frozen in mid-burst until others have done its work, then awake (${backend})`,
    'what it had read before undoes nothing',
    async (lab) => {
      const victim = await lab.worker();
      lab.act(() => everybody(lab, ['admin']));
      await inMidBurst(lab);
      victim.kill('SIGSTOP');
      lab.act(() => morning(lab));
      await lab.settled();
      await lab.accounted();
      const [{ now }] = await lab.database.$queryRaw<[{ now: Date }]>`SELECT clock_timestamp() AS now`;
      victim.kill('SIGCONT');
      const awake = () => lab.database.workerReport.count({ where: { reportedAt: { gt: now } } });
      await eventually(async () => (await awake()) === lab.workers.length, patienceMs);
    },
    many(backend),
  );
});

fault(
  'kill -9 of the only receiver in mid-burst, back after a while',
  'what was not accepted is found by a sweep',
  async (lab) => {
    const [victim] = lab.receivers;
    lab.act(() => everybody(lab, ['admin']));
    await inMidBurst(lab);
    victim?.kill('SIGKILL');
    lab.act(() => morning(lab));
    await lab.receiver();
    await lab.settled();
  },
  many(),
);

fault(
  'kill -9 of every worker, back after a while',
  'nothing accepted is lost, and the wait is seen at /metrics',
  async (lab) => {
    for (const worker of lab.workers) worker.kill('SIGKILL');
    lab.act(() => morning(lab));
    const oldest = async () => {
      const text = await (await fetch(`${lab.url}/metrics`)).text();
      return Number(/^scim_oldest_pending_seconds (.*)$/m.exec(text)?.[1]);
    };
    await eventually(async () => (await oldest()) > 2, patienceMs);
    await lab.worker();
    await lab.settled();
  },
);

fault(
  'two workers started together, sweeping every team at the same moment',
  'nobody is made twice',
  async (lab) => {
    lab.emulator.webhooks.setEndpoint(null);
    lab.act(() => burst(lab));
    await Promise.all([lab.worker(), lab.worker()]);
    await lab.settled();
  },
  { people: 300 },
);
