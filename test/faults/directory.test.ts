import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { migrate } from '../../src/migrations.js';
import { eventually } from '../support/eventually.js';
import { temporaryFolder } from '../support/folders.js';
import { stopProcess } from '../support/processes.js';
import { everybody, morning } from './changes.js';
import type { FaultLab } from './fault-lab.js';
import { fault } from './record.js';

const numberOf = (email: string) => Number(/p(\d+)@/.exec(email)?.[1]);
const isOdd = ({ email_address }: { email_address: string }) => numberOf(email_address) % 2 === 1;
const holds = (lab: FaultLab) => lab.database.heldChange.findMany({ orderBy: { since: 'asc' } });

fault('every webhook lost', 'sweeps find everything', async (lab) => {
  lab.emulator.webhooks.faults.drop = 1;
  lab.act(() => morning(lab));
  await lab.settled();
});

fault('no receiver while the directory changes', 'sweeps find everything before a webhook arrives', async (lab) => {
  for (const receiver of lab.receivers) await stopProcess(receiver);
  lab.act(() => morning(lab));
  await lab.settled();
});

describe.each(['500', '429', 'html502', 'hang'] as const)('Stytch answers %s', (kind) => {
  fault(`Stytch answers ${kind} to everything`, 'leavers go at once, the rest when it is back', async (lab) => {
    const recover = lab.emulator.faults.failWhile('all', kind);
    lab.act(() => morning(lab));
    await lab.leaversGone(30_000);
    lab.act(recover);
    await lab.settled();
  });
});

fault('PostgreSQL away for 30 s', 'everybody is right soon after', async (lab) => {
  await lab.postgres.stop('immediate');
  lab.act(() => morning(lab));
  await eventually(() => lab.sinceAct() > 30, 60_000);
  await lab.postgres.start();
  await lab.settled();
});

fault('every connection to PostgreSQL falls silent', 'each is given up and made anew', async (lab) => {
  lab.act(() => morning(lab));
  lab.wires.postgres.silence();
  await lab.settled();
});

fault(
  'a listing silently omits half of the members',
  'they are asked for by id, and nobody moves',
  async (lab) => {
    lab.emulator.faults.omitFromListing(isOdd);
    lab.emulator.webhooks.faults.drop = 1;
    lab.act(() => morning(lab));
    await lab.settled();
    expect(await holds(lab)).toEqual([]);
  },
  { people: 60 },
);

fault(
  'every search silently omits half of the members',
  'their deactivation is held, and void when they are seen again',
  async (lab) => {
    const end = lab.emulator.faults.omitFromListing(isOdd, { byId: true });
    await eventually(async () => expect(await holds(lab)).toMatchObject([{ resolution: null }]), 60_000);
    await lab.right(); // nobody has lost anything
    end();
    lab.act(() => morning(lab));
    await eventually(async () => expect(await holds(lab)).toMatchObject([{ resolution: 'seen_again' }]), 60_000);
    await lab.settled();
  },
  { people: 60 },
);

describe.each([-4, 4])('a clock %d minutes off', (minutes) => {
  const direction = minutes < 0 ? 'behind' : 'ahead';
  fault(`Stytch's clock ${Math.abs(minutes)} minutes ${direction}`, 'rows and fences do not mind', async (lab) => {
    lab.emulator.webhooks.faults.clockSkewMs = minutes * 60_000;
    lab.act(() => morning(lab));
    await lab.settled();
    await lab.accounted();
    const { sentAt, receivedAt } = await lab.database.syncEvent.findFirstOrThrow({
      where: { trigger: 'hint' },
      orderBy: { id: 'desc' },
    });
    expect(Math.round((Number(sentAt) - Number(receivedAt)) / 60_000)).toBe(minutes); // it was off, and it was heard
  });
});

fault(
  'webhooks shuffled, doubled and late',
  'the last read sees the last change',
  async (lab) => {
    Object.assign(lab.emulator.webhooks.faults, { shuffle: true, duplicate: 0.5, lateMs: () => Math.random() * 3000 });
    lab.act(() => {
      everybody(lab, ['admin']);
      everybody(lab, []);
      everybody(lab, ['analyst']);
      morning(lab);
    });
    await lab.settled();
  },
  { people: 100 },
);

fault(
  'a migration while workers work',
  'nobody is wrong before, during or after it',
  async (lab) => {
    const folder = temporaryFolder('migration');
    cpSync(resolve('prisma/migrations'), folder, { recursive: true });
    mkdirSync(join(folder, '99990101000000_next'));
    writeFileSync(
      join(folder, '99990101000000_next/migration.sql'),
      'ALTER TABLE users ADD COLUMN nickname text; UPDATE users SET nickname = name; CREATE INDEX ON users (nickname);',
    );
    lab.act(() => {
      everybody(lab, ['admin']);
      morning(lab);
    });
    await migrate(lab.postgres.url('scanner'), folder);
    await lab.settled();
  },
  { people: 400 },
);
