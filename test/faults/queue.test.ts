import { rmSync } from 'node:fs';
import { eventually } from '../helpers/eventually.js';
import { queueHints } from '../helpers/hints.js';
import { backends } from '../helpers/queue.js';
import { burst, morning } from './changes.js';
import type { FaultLab } from './fault-lab.js';
import { handledHints, inMidBurst, many } from './mid-burst.js';
import { patienceMs } from './patience.js';
import { fault } from './record.js';

const withRedis = backends.length === 2 ? describe : describe.skip;

withRedis('Redis', () => {
  fault(
    'Redis restarted in mid-burst',
    'what it held is still there',
    async (lab) => {
      lab.act(() => burst(lab));
      await inMidBurst(lab);
      await lab.redis?.stop();
      await lab.redis?.start();
      await lab.settled();
    },
    many(),
  );

  fault(
    'kill -9 of Redis in mid-burst',
    'the last second, which it may have lost, is read again',
    async (lab) => {
      lab.act(() => burst(lab));
      await inMidBurst(lab);
      await lab.redis?.kill();
      await lab.redis?.start();
      await lab.settled();
    },
    { ...many(), queueForgets: true },
  );

  fault(
    'Redis restarted empty in mid-burst',
    'everybody is read again at once',
    async (lab) => {
      lab.act(() => burst(lab));
      await inMidBurst(lab);
      await lab.redis?.stop();
      rmSync(`${lab.redis?.folder}/appendonlydir`, { recursive: true, force: true });
      await lab.redis?.start();
      await lab.settled();
    },
    { ...many(), queueForgets: true },
  );

  const webhooksWorkAgain = async (lab: FaultLab) => {
    const before = await handledHints(lab);
    lab.emulator.directory.setRoles(String(lab.people[1]), ['admin']);
    await eventually(async () => (await handledHints(lab)) > before, patienceMs);
  };

  fault('Redis away, and it stays away', 'workers sweep by themselves', async (lab) => {
    await lab.redis?.stop();
    lab.act(() => morning(lab));
    await lab.settled();
    await lab.redis?.start();
    await webhooksWorkAgain(lab);
  });

  fault('Redis hangs', 'workers sweep by themselves', async (lab) => {
    process.kill(Number(lab.redis?.pid()), 'SIGSTOP');
    lab.act(() => morning(lab));
    await lab.settled();
    process.kill(Number(lab.redis?.pid()), 'SIGCONT');
    await webhooksWorkAgain(lab);
  });

  fault('every connection to Redis falls silent', 'each is given up and made anew', async (lab) => {
    lab.act(() => morning(lab));
    lab.wires.redis?.silence();
    await lab.settled();
    await webhooksWorkAgain(lab);
  });

  const leaver = (isStytchDown: boolean) => async (lab: FaultLab) => {
    const strangers = Array.from({ length: 20_000 }, () => `member-test-${crypto.randomUUID()}`);
    if (isStytchDown) lab.emulator.faults.failWhile('all', 'hang');
    await queueHints(lab.home, lab.organizationId, strangers);
    lab.act(() => lab.emulator.directory.deprovision(String(lab.people[7])));
    await lab.leaversGone();
    lab.emulator.faults.reset();
    await lab.settled();
  };
  fault('20,000 hints queued, then a leaver', 'the leaver overtakes them all', leaver(false));
  fault('20,000 hints queued, then a leaver, with Stytch hanging', 'the signed event is enough', leaver(true));
});
