import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { migrate } from '../../src/migrations.js';
import { eventually } from '../support/eventually.js';
import { temporaryFolder } from '../support/folders.js';
import { stopProcess } from '../support/processes.js';
import { everybody, morning } from './changes.js';
import { type FaultLab, type FaultLabOptions, startFaultLab } from './fault-lab.js';
import { fault } from './record.js';

async function inLab(options: FaultLabOptions, tryIt: (lab: FaultLab) => Promise<number>): Promise<number> {
  const lab = await startFaultLab(options);
  const lag = await tryIt(lab);
  await lab.stop();
  return lag;
}

const numberOf = (email: string) => Number(/p(\d+)@/.exec(email)?.[1]);
const holds = (lab: FaultLab) => lab.database.heldChange.findMany({ orderBy: { since: 'asc' } });

fault('every webhook lost', 'sweeps find everything', () =>
  inLab({}, async (lab) => {
    lab.emulator.webhooks.faults.drop = 1;
    lab.act(() => morning(lab));
    return lab.settled();
  }),
);

fault('no receiver while the directory changes', 'sweeps find everything before a webhook arrives', () =>
  inLab({}, async (lab) => {
    for (const receiver of lab.receivers) await stopProcess(receiver);
    lab.act(() => morning(lab));
    return lab.settled();
  }),
);

describe.each(['500', '429', 'html502', 'hang'] as const)('Stytch answers %s', (kind) => {
  fault(`Stytch answers ${kind} to everything`, 'leavers go at once, the rest when it is back', () =>
    inLab({}, async (lab) => {
      const recover = lab.emulator.faults.failWhile('all', kind);
      lab.act(() => morning(lab));
      await eventually(async () => {
        const leavers = lab.people.filter((_, n) => n % 10 === 0);
        const active = await lab.database.user.count({ where: { stytchMemberId: { in: leavers }, status: 'active' } });
        return active === 0;
      }, 240_000);
      lab.act(recover);
      return lab.settled(240_000);
    }),
  );
});

fault('PostgreSQL away for 30 s', 'everybody is right soon after', () =>
  inLab({}, async (lab) => {
    await lab.postgres.stop('immediate');
    lab.act(() => morning(lab));
    await eventually(() => lab.sinceAct() > 30, 240_000);
    await lab.postgres.start();
    return lab.settled(240_000);
  }),
);

fault('a listing silently omits half of the members', 'they are asked for by id, and nobody moves', () =>
  inLab({ people: 60 }, async (lab) => {
    lab.emulator.faults.omitFromListing(({ email_address }) => numberOf(email_address) % 2 === 1);
    lab.emulator.webhooks.faults.drop = 1;
    lab.act(() => morning(lab));
    const seconds = await lab.settled();
    expect(await holds(lab)).toEqual([]);
    return seconds;
  }),
);

fault(
  'every search silently omits half of the members',
  'their deactivation is held, and void when they are seen again',
  () =>
    inLab({ people: 60 }, async (lab) => {
      const end = lab.emulator.faults.omitFromListing(({ email_address }) => numberOf(email_address) % 2 === 1, {
        byId: true,
      });
      await eventually(async () => expect(await holds(lab)).toMatchObject([{ resolution: null }]), 240_000);
      await lab.settled(); // nobody has lost anything
      end();
      lab.act(() => morning(lab));
      await eventually(async () => expect(await holds(lab)).toMatchObject([{ resolution: 'seen_again' }]), 240_000);
      return lab.settled();
    }),
);

describe.each([-4, 4])('a clock %d minutes off', (minutes) => {
  fault(
    `Stytch's clock ${Math.abs(minutes)} minutes ${minutes < 0 ? 'behind' : 'ahead'}`,
    'rows and fences do not mind',
    () =>
      inLab({}, async (lab) => {
        lab.emulator.clock.advance(minutes * 60_000);
        lab.act(() => morning(lab));
        return lab.settled();
      }),
  );
});

fault('webhooks shuffled, doubled and late', 'the last read sees the last change', () =>
  inLab({ people: 100 }, async (lab) => {
    Object.assign(lab.emulator.webhooks.faults, { shuffle: true, duplicate: 0.5, lateMs: () => Math.random() * 3000 });
    lab.act(() => {
      everybody(lab, ['admin']);
      everybody(lab, []);
      everybody(lab, ['analyst']);
      morning(lab);
    });
    return lab.settled();
  }),
);

fault('a migration while workers work', 'nobody is wrong before, during or after it', () =>
  inLab({ people: 400 }, async (lab) => {
    const folder = temporaryFolder('migration');
    cpSync(resolve('prisma/migrations'), folder, { recursive: true });
    mkdirSync(join(folder, '99990101000000_next'));
    writeFileSync(
      join(folder, '99990101000000_next/migration.sql'),
      'ALTER TABLE users ADD COLUMN nickname text; UPDATE users SET nickname = name; CREATE INDEX ON users (nickname);',
    );
    lab.act(() => everybody(lab, ['admin']));
    await migrate(lab.postgres.url('scanner'), folder);
    return lab.settled();
  }),
);
