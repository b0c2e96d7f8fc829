import { eventually } from '../helpers/eventually.js';
import { morning } from './changes.js';
import type { FaultLab } from './fault-lab.js';
import { patienceMs } from './patience.js';
import { fault } from './record.js';

const numberOf = (email: string) => Number(/p(\d+)@/.exec(email)?.[1]);
const isOdd = ({ email_address }: { email_address: string }) => numberOf(email_address) % 2 === 1;
const holds = (lab: FaultLab) => lab.database.heldChange.findMany({ orderBy: { since: 'asc' } });

describe.each(['500', '429', 'html502', 'hang'] as const)('Stytch answers %s', (kind) => {
  fault(`Stytch answers ${kind} to everything`, 'leavers go at once, the rest when it is back', async (lab) => {
    const recover = lab.emulator.faults.failWhile('all', kind);
    lab.act(() => morning(lab));
    await lab.leaversGone();
    lab.act(recover);
    await lab.settled();
  });
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
    await eventually(async () => expect(await holds(lab)).toMatchObject([{ resolution: null }]), patienceMs);
    await lab.right(); // nobody has lost anything
    end();
    lab.act(() => morning(lab));
    await eventually(async () => expect(await holds(lab)).toMatchObject([{ resolution: 'seen_again' }]), patienceMs);
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
    expect(Math.round((Number(sentAt) - Number(receivedAt)) / 60_000)).toBe(0); // by our clock, whatever the sender's says
  });
});
