import { connectProducer } from '../../src/queue/produce.js';
import { eventually } from '../helpers/eventually.js';
import { queueHints } from '../helpers/hints.js';
import { inspectQueue } from '../helpers/queue.js';
import { connectedTeam } from './acme.js';
import type { FaultLab } from './fault-lab.js';
import { peakMiB } from './memory.js';
import { fault } from './record.js';

/** As production starts workers and HTTP processes (package.json). */
const smallHeap = '--max-old-space-size=160';
const memoryMiBMax = 400;
const wide = { people: 300, groups: 500 };
const constantIds = 3_000;
const poisoned = 3_000;
const giants = 20;
const failedJobs = 100_000;
const probes = 12;

/** One team that does everything wrong that a team can; returns how to end it. */
async function beHostile(lab: FaultLab): Promise<() => void> {
  const { emulator, database, home } = lab;
  const { organizationId, teamId } = await connectedTeam(emulator, database, 'Hostile', 10);
  const { directory } = emulator;
  const join = (name: string, externalId: string) =>
    directory.provision(organizationId, { userName: `${name}@hostile.example`, externalId, roles: ['analyst'] })
      .member_id;
  const crowd = (count: number, name: string, externalId: (n: number) => string) =>
    directory.silently(() => Array.from({ length: count }, (_, n) => join(`${name}${n}`, externalId(n))));
  const groups = Array.from({ length: wide.groups }, (_, n) => ({ value: `g${n}`, display: `${n} `.padEnd(40, 'x') }));
  const all = {
    wide: crowd(wide.people, 'wide', (n) => `w${n}`),
    constant: crowd(constantIds, 'constant', () => 'N/A'),
    poisoned: crowd(poisoned, 'poison', (n) => `x${n}`),
    giants: crowd(giants, 'giant', (n) => `g${n}`),
  };
  for (const memberId of all.wide)
    directory.setMember(memberId, { scim_registration: { scim_attributes: { groups } } });
  for (const memberId of all.poisoned) directory.setMember(memberId, { email_address: 'evil\0@hostile.example' });
  for (const memberId of all.giants) directory.setMember(memberId, { name: 'x'.repeat(1_000_000) });
  const hints = queueHints(home, organizationId, Object.values(all).flat());
  let turn = 0;
  const renaming = setInterval(() => {
    const name = `scim:analyst${turn++ % 2 ? '' : ' renamed'}`;
    void database.$executeRaw`UPDATE roles SET name = ${name} WHERE team_id = ${teamId}::uuid AND name LIKE 'scim:analyst%'`;
  }, 1_000);
  await hints;
  return () => clearInterval(renaming);
}

/** Jobs that no version of ours wrote, and that have failed for good. */
async function failMany({ home }: FaultLab): Promise<void> {
  const queue = connectProducer(home, () => {});
  await eventually(() => queue.trialWrite());
  for (let n = 0; n < failedJobs; n += 1_000) {
    const jobs = Array.from({ length: 1_000 }, () => ({ queue: 'hints' as const, name: 'hint', data: { odd: true } }));
    await queue.add(jobs, { deadlineMs: 60_000 });
  }
  await queue.close();
  await eventually(
    async () => expect(await inspectQueue(home, 'hints', (one) => one.getFailedCount())).toBe(failedJobs),
    300_000,
  );
}

/** Somebody joins the quiet team and somebody leaves it. @returns the seconds that each took */
async function probe({ emulator, database, organizationId }: FaultLab, n: number) {
  const statusOf = async (stytchMemberId: string) =>
    (await database.user.findUnique({ where: { stytchMemberId }, select: { status: true } }))?.status;
  const secondsUntil = async (memberId: string, status: string) => {
    const begun = performance.now();
    await eventually(async () => (await statusOf(memberId)) === status, 120_000);
    return (performance.now() - begun) / 1000;
  };
  const person = { userName: `probe${n}@acme.example`, externalId: `probe${n}`, roles: ['analyst'] };
  const { member_id } = emulator.directory.provision(organizationId, person);
  const joined = await secondsUntil(member_id, 'active');
  emulator.directory.deprovision(member_id);
  return { joined, left: await secondsUntil(member_id, 'deactivated') };
}

fault(
  'a tenant that does everything wrong (300 people in 500 groups, constant ids, poison, megabyte names, 100,000 failed jobs, a role renamed every second)',
  'a quiet team beside it notices nothing: leavers are out in 5 s, joiners in within 30 s; no process dies, none takes more than 400 MiB',
  async (lab) => {
    const [worker, receiver] = [lab.workers[0], lab.receivers[0]];
    await probe(lab, 0); // the first costs more: connections, compiled code
    await failMany(lab);
    const end = await beHostile(lab);
    const measured: Awaited<ReturnType<typeof probe>>[] = [];
    for (let n = 1; n <= probes; n++) measured.push(await probe(lab, n));
    end();
    const worst = (of: (one: { joined: number; left: number }) => number) => Math.max(...measured.map(of));
    Object.assign(lab.lags, { leavers: worst(({ left }) => left), all: worst(({ joined }) => joined) });
    expect({ left: worst(({ left }) => left) < 5, joined: worst(({ joined }) => joined) < 30, measured }).toMatchObject(
      {
        ...{ left: true, joined: true },
      },
    );
    expect([worker?.child.exitCode, receiver?.child.exitCode]).toEqual([null, null]);
    const peaks = [peakMiB(lab.workers), peakMiB(lab.receivers)];
    expect(peaks.filter((peak) => Number(peak) > memoryMiBMax)).toEqual([]);
  },
  { env: { NODE_OPTIONS: smallHeap }, queueForgets: true },
);
