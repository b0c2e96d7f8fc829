import { eventually } from '../support/eventually.js';
import { backends } from '../support/queue.js';
import { everybody, morning } from './changes.js';
import { type FaultLab, type FaultLabOptions, startFaultLab } from './fault-lab.js';
import { fault } from './record.js';

async function inLab(options: FaultLabOptions, tryIt: (lab: FaultLab) => Promise<number>): Promise<number> {
  const lab = await startFaultLab(options);
  const lag = await tryIt(lab);
  await lab.stop();
  return lag;
}

const handled = (lab: FaultLab) => lab.database.syncEvent.count({ where: { trigger: 'hint' } });

describe.each(backends)('with the queue on %s', (backend) => {
  fault(`PostgreSQL restarted in mid-burst (${backend})`, 'what was under way is done again', () =>
    inLab({ backend, people: backend === 'redis' ? 400 : 150 }, async (lab) => {
      lab.act(() => everybody(lab, ['admin']));
      await eventually(async () => (await handled(lab)) > 50, 240_000);
      await lab.postgres.stop('immediate');
      await lab.postgres.start();
      return lab.settled(240_000);
    }),
  );
});

fault(
  'kill -9 of the only receiver in mid-burst, back after a while',
  'what was not accepted is found by a sweep',
  () =>
    inLab({ people: 400 }, async (lab) => {
      const [victim] = lab.receivers;
      lab.act(() => everybody(lab, ['admin']));
      await eventually(async () => (await handled(lab)) > 50, 240_000);
      victim?.kill('SIGKILL');
      lab.act(() => morning(lab));
      await lab.receiver();
      return lab.settled();
    }),
);

fault('kill -9 of every worker, back after a while', 'nothing accepted is lost, and the wait is seen at /metrics', () =>
  inLab({}, async (lab) => {
    for (const worker of lab.workers) worker.kill('SIGKILL');
    lab.act(() => morning(lab));
    const oldest = async () => {
      const text = await (await fetch(`${lab.url}/metrics`)).text();
      return Number(/^scim_oldest_pending_seconds (.*)$/m.exec(text)?.[1]);
    };
    await eventually(async () => (await oldest()) > 2, 240_000);
    await lab.worker();
    return lab.settled();
  }),
);

fault('two workers started together, sweeping every team at the same moment', 'nobody is made twice', () =>
  inLab({ people: 300 }, async (lab) => {
    lab.emulator.webhooks.setEndpoint(null);
    lab.act(() => morning(lab));
    await Promise.all([lab.worker(), lab.worker()]);
    return lab.settled();
  }),
);

// With the queue on PostgreSQL side-by-side.test.ts does the same.
fault('kill -9 of a worker in mid-burst', 'its hints are taken over by another', () =>
  inLab({ people: 400 }, async (lab) => {
    const victim = await lab.worker();
    lab.act(() => everybody(lab, ['admin']));
    await eventually(async () => (await handled(lab)) > 50, 240_000);
    victim.kill('SIGKILL');
    return lab.settled();
  }),
);
