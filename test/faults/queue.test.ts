import { rmSync } from 'node:fs';
import { eventually } from '../support/eventually.js';
import { queueHints } from '../support/hints.js';
import { backends, inspectQueue } from '../support/queue.js';
import { everybody, morning } from './changes.js';
import { type FaultLab, startFaultLab } from './fault-lab.js';
import { fault } from './record.js';

const handled = (lab: FaultLab) => lab.database.syncEvent.count({ where: { trigger: 'hint' } });

async function inLab(people: number, tryIt: (lab: FaultLab) => Promise<number>): Promise<number> {
  const lab = await startFaultLab({ people });
  const lag = await tryIt(lab);
  await lab.stop();
  return lag;
}

const withRedis = backends.length === 2 ? describe : describe.skip;

withRedis('Redis', () => {
  fault('Redis restarted in mid-burst', 'what it held is still there', () =>
    inLab(400, async (lab) => {
      lab.act(() => everybody(lab, ['admin']));
      await eventually(async () => (await handled(lab)) > 50, 240_000);
      await lab.redis?.stop();
      await lab.redis?.start();
      return lab.settled();
    }),
  );

  fault('Redis restarted empty in mid-burst', 'everybody is read again at once', () =>
    inLab(400, async (lab) => {
      lab.act(() => everybody(lab, ['admin']));
      await eventually(async () => (await handled(lab)) > 50, 240_000);
      await lab.redis?.stop();
      rmSync(`${lab.redis?.folder}/appendonlydir`, { recursive: true, force: true });
      await lab.redis?.start();
      const seconds = await lab.settled();
      await eventually(async () => {
        const count = await inspectQueue(lab.home, 'schedules', (queue) => queue.getJobSchedulersCount());
        return count >= 4; // the schedules are there again too
      });
      return seconds;
    }),
  );

  fault('Redis away, and it stays away', 'workers sweep by themselves', () =>
    inLab(30, async (lab) => {
      await lab.redis?.stop();
      lab.act(() => morning(lab));
      const seconds = await lab.settled();
      await lab.redis?.start();
      const before = await handled(lab);
      lab.emulator.directory.setRoles(String(lab.people[1]), ['admin']);
      await eventually(async () => (await handled(lab)) > before, 240_000); // webhooks get through again
      await lab.settled();
      return seconds;
    }),
  );

  const leaver = (isStytchDown: boolean) =>
    inLab(30, async (lab) => {
      const strangers = Array.from({ length: 20_000 }, () => `member-test-${crypto.randomUUID()}`);
      if (isStytchDown) lab.emulator.faults.failWhile('all', 'hang');
      await queueHints(lab.home, lab.organizationId, strangers);
      lab.act(() => lab.emulator.directory.deprovision(String(lab.people[7])));
      await eventually(async () => {
        const alice = await lab.database.user.findUniqueOrThrow({ where: { stytchMemberId: String(lab.people[7]) } });
        return alice.status === 'deactivated';
      }, 240_000);
      const seconds = lab.sinceAct();
      lab.emulator.faults.reset();
      await lab.settled();
      return seconds;
    });
  fault('20,000 hints queued, then a leaver', 'the leaver overtakes them all', () => leaver(false));
  fault('20,000 hints queued, then a leaver, with Stytch hanging', 'the signed event is enough', () => leaver(true));
});
