import { previewResyncTeam } from '../../../src/support/resync/resync.js';
import { ownTeam } from '../../helpers/own-team.js';
import { supportOf } from '../../helpers/support.js';
import { type Sweeping, sweepingIn } from '../../helpers/sweeping.js';

const own = ownTeam();
let sweeping: Sweeping;
let parts: ReturnType<typeof supportOf>;
let members: string[];

beforeEach(async () => {
  sweeping = sweepingIn(own.lab);
  parts = { ...supportOf(own.lab), searchLagMs: 0 };
  const { directory } = own.lab.emulator;
  members = directory.silently(() =>
    Array.from({ length: 40 }, (_, n) => {
      const person = { userName: `p${n}@acme.example`, externalId: `e${n}`, roles: ['analyst'] };
      return directory.provision(own.organizationId, person).member_id;
    }),
  );
  await sweeping.sweep(own.teamId);
});
afterEach(async () => {
  await Promise.all([sweeping.stop(), parts.close()]);
});

const dryRun = async () => (await previewResyncTeam(parts, own.teamId)).resynced[0];
const everything = async () => [
  await own.rows(),
  await own.lab.database.heldChange.findMany(),
  await own.lab.database.teamSync.findMany(),
  await own.lab.database.syncEvent.count(),
  await own.lab.database.user.findMany({
    select: { id: true, observedAt: true, updatedAt: true },
    orderBy: { id: 'asc' },
  }),
];
const hide = (from: number) =>
  own.lab.emulator.faults.omitFromListing((member) => Number(/p(\d+)@/.exec(member.email_address)?.[1]) >= from, {
    byId: true,
  });

it('of a team that is right predicts and changes nothing', async () => {
  const before = await everything();
  expect(await dryRun()).toMatchObject({ changes: [], held: 0 });
  expect(await everything()).toEqual(before);
});

it('predicts how many users will be held, and no leaver', async () => {
  hide(20);
  const before = await everything();
  expect(await dryRun()).toMatchObject({ changes: [], held: 20 });
  expect(await everything()).toEqual(before);
  expect(await sweeping.sweep(own.teamId)).toMatchObject({ changed: 0, held: 20 });
});

it('predicts exactly what the next sweep does', async () => {
  const { directory, faults } = own.lab.emulator;
  directory.silently(() => {
    directory.deprovision(members[0] ?? '');
    directory.setRoles(members[1] ?? '', []);
    directory.setRoles(members[2] ?? '', ['analyst', 'admin']);
    directory.provision(own.organizationId, { userName: 'new@acme.example', externalId: 'new', roles: ['admin'] });
  });
  hide(38);
  for (const memberId of members.slice(38))
    faults.failWhile('members.dangerouslyGet', { status: 404, error_type: 'member_not_found' }, { memberId });
  const before = await everything();
  const announced = await dryRun();
  expect(await everything()).toEqual(before);
  const { id: last } = await own.lab.database.syncEvent.findFirstOrThrow({ orderBy: { id: 'desc' } });
  await sweeping.sweep(own.teamId);
  const events = await own.lab.database.syncEvent.findMany({ where: { id: { gt: last }, teamId: own.teamId } });
  const done = events.flatMap(({ changes, stytchMemberId: memberId }) =>
    (changes as object[]).map((change) => ({ ...change, memberId })),
  );
  const sorted = (changes: unknown[]) =>
    changes.map((change) => JSON.stringify(change, Object.keys(change as object).sort())).sort();
  expect(sorted(announced?.changes ?? [])).toEqual(sorted(done));
  expect(done).not.toEqual([]);
});
