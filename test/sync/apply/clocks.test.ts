import type { Database } from '../../../src/database/database.js';
import { sharedClock } from '../../../src/database/shared-clock.js';
import { removeOld } from '../../../src/monitoring/retention.js';
import { markQueued } from '../../../src/sync/sweep/due-teams.js';
import { withSweepLease } from '../../../src/sync/sweep/sweep-lease.js';
import { dueIds } from '../../helpers/due-ids.js';
import { eventually } from '../../helpers/eventually.js';
import { queueHints } from '../../helpers/hints.js';
import { ownTeam } from '../../helpers/own-team.js';
import { type Sweeping, sweepingIn } from '../../helpers/sweeping.js';
import { memberEvent, post, signed } from '../../helpers/webhook.js';

const own = ownTeam();
let sweeping: Sweeping;
let members: string[];
const database = () => own.lab.database;

beforeEach(async () => {
  const { directory } = own.lab.emulator;
  members = directory.silently(() =>
    Array.from({ length: 20 }, (_, n) => {
      const person = { userName: `p${n}@acme.example`, externalId: `e${n}`, roles: ['analyst'] };
      return directory.provision(own.organizationId, person).member_id;
    }),
  );
  sweeping = sweepingIn(own.lab);
  await sweeping.sweep(own.teamId);
});
afterEach(() => sweeping.stop());

/** As if a clock had been an hour ahead. */
const aheadInRows = () => database().$executeRaw`
  UPDATE users SET observed_at = now() + interval '1 hour', created_at = now() + interval '1 hour'
  WHERE team_id = ${own.teamId}::uuid`;

describe('rows with a date from a clock that was an hour ahead', () => {
  beforeEach(async () => void (await aheadInRows()));

  it('keep no leaver active, with Stytch up or down', async () => {
    const [up = '', down = ''] = members;
    own.lab.emulator.directory.deprovision(up);
    await eventually(async () => expect(await statusOf(up)).toBe('deactivated'));
    const recover = own.lab.emulator.faults.failWhile('all', '500');
    own.lab.emulator.directory.deprovision(down);
    await eventually(async () => expect(await statusOf(down)).toBe('deactivated'));
    recover();
  });

  it('are swept: a lost role, a leaver, and a member who is missing', async () => {
    const { directory, faults } = own.lab.emulator;
    const [leaver = '', loser = '', vanished = ''] = members;
    directory.silently(() => {
      directory.deprovision(leaver);
      directory.setRoles(loser, []);
    });
    faults.omitFromListing(({ member_id }) => member_id === vanished, { byId: true });
    faults.failWhile('members.dangerouslyGet', { status: 404, error_type: 'member_not_found' }, { memberId: vanished });
    expect(await sweeping.sweep(own.teamId)).toMatchObject({ changed: 3 });
    expect(await Promise.all([leaver, vanished].map(statusOf))).toEqual(['deactivated', 'deactivated']);
  });

  it('get a new date by the next sweep', async () => {
    await sweeping.sweep(own.teamId);
    expect(await database().user.count({ where: { teamId: own.teamId, observedAt: { gt: new Date() } } })).toBe(0);
    await aheadInRows();
    await queueHints(own.lab.home, own.organizationId, members.slice(0, 1));
    await eventually(async () =>
      expect(
        await database().user.count({ where: { stytchMemberId: members[0] ?? '', observedAt: { lt: new Date() } } }),
      ).toBe(1),
    );
  });
});

async function statusOf(memberId: string) {
  return (await database().user.findUniqueOrThrow({ where: { stytchMemberId: memberId } })).status;
}

describe('other times from a clock that was an hour ahead', () => {
  const isDue = async (db: Database) => (await dueIds(db, 3600)).includes(own.teamId);

  it('postpone no sweep', async () => {
    await markQueued(database(), [own.teamId]);
    expect(await isDue(database())).toBe(false);
    await database().$executeRaw`UPDATE team_syncs SET sweep_queued_at = now() + interval '1 hour'`;
    expect(await isDue(database())).toBe(true);
  });

  it('do not prevent a sweep, nor its record', async () => {
    await database().$executeRaw`
      UPDATE team_syncs SET sweeping_until = now() + interval '1 hour', swept_at = now() + interval '1 hour'
      WHERE team_id = ${own.teamId}::uuid`;
    expect(await sweeping.sweep(own.teamId)).toMatchObject({ members: 20 });
    const sync = await database().teamSync.findUniqueOrThrow({ where: { teamId: own.teamId } });
    expect(Number(sync.sweptAt)).toBeLessThanOrEqual(Date.now());
    const free: string[] = [];
    await withSweepLease(database(), [own.teamId], async (teams) => free.push(...teams));
    expect(free).toEqual([own.teamId]);
  });

  it('use no searches of later minutes', async () => {
    await database().$executeRaw`
      INSERT INTO stytch_search_budget VALUES (date_trunc('minute', now() + interval '1 hour'), 100)`;
    await removeOld(database(), 90);
    expect(await database().stytchSearchBudget.count({ where: { minute: { gt: new Date() } } })).toBe(0);
  });
});

describe('an event with an impossible time', () => {
  it.each(['0001-01-01T00:00:00Z', '9999-12-31T23:59:59.999999999Z', '2150-01-01T00:00:00Z'])(
    '%s counts as sent when it was received: no lag, no breach',
    async (timestamp) => {
      const [ada = ''] = members;
      own.lab.emulator.directory.silently(() => own.lab.emulator.directory.setRoles(ada, ['admin']));
      const event = memberEvent({ id: ada, member: { organization_id: own.organizationId }, timestamp });
      await post(own.lab.url, signed(event));
      await own.rows();
      const row = await database().syncEvent.findFirstOrThrow({
        where: { eventId: String(event.event_id), outcome: 'changed' },
      });
      expect(row.sentAt).toEqual(row.receivedAt);
      const metrics = await (await fetch(`${own.lab.url}/metrics`)).text();
      expect(metrics).toMatch(/^scim_sla_breaches_total 0$/m);
    },
  );
});

describe("the receiver's clock", () => {
  it("is not used for comparisons: hints have the database's time", async () => {
    const realNow = Date.now;
    const told: number[] = [];
    const clock = sharedClock(database(), (seconds) => told.push(seconds));
    try {
      Date.now = () => realNow() - 40_000;
      await eventually(() => clock.now().isTimed);
      expect(Math.abs(clock.now().at.getTime() - realNow())).toBeLessThan(2_000);
      expect(clock.offsetSeconds()).toBeCloseTo(-40, 0);
    } finally {
      Date.now = realNow;
      await clock.stop();
    }
  });

  it('that is 40 s slow does not make a removal count as read', async () => {
    const [ada = ''] = members;
    const { directory } = own.lab.emulator;
    await queueHints(own.lab.home, own.organizationId, [ada]); // a get: the row is as new as can be
    await own.rows();
    directory.silently(() => directory.setRoles(ada, []));
    await queueHints(own.lab.home, own.organizationId, [ada], { ageMs: 40_000, isTimed: false });
    await eventually(async () =>
      expect(await own.rows()).toContainEqual(expect.objectContaining({ memberId: ada, grants: [] })),
    );
  });
});
