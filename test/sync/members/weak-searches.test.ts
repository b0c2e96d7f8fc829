import { queueHints } from '../../helpers/hints.js';
import { ownTeam } from '../../helpers/own-team.js';
import { inspectQueue } from '../../helpers/queue.js';

const own = ownTeam();

/** More than wait for a direct read of one team (200), and than one search may read directly (50). */
const count = 260;

const isDemoted = (user: string) => Number(/p(\d+)@/.exec(user)?.[1]) % 10 === 0;

afterEach(() => {
  own.lab.emulator.switches.searchOmits = [];
});

describe.each([['scimRoles'], ['registration']] as const)('while searches lack %s', (omitted) => {
  it('hints of many members are handled all the same, each by a direct read where the search would revoke', async () => {
    const { directory, switches } = own.lab.emulator;
    const people = directory.silently(() =>
      Array.from({ length: count }, (_, n) => {
        const person = { userName: `p${n}@acme.example`, externalId: `e${n}`, roles: ['analyst'] };
        return directory.provision(own.organizationId, person).member_id;
      }),
    );
    await queueHints(own.lab.home, own.organizationId, people);
    expect((await own.rows()).filter(({ grants }) => grants.length === 1)).toHaveLength(count);
    switches.searchOmits = [omitted];
    for (const [n, memberId] of people.entries()) {
      if (n % 10 === 0) directory.setRoles(memberId, []);
      else directory.updateMember(memberId, { name: `Person ${n}` });
    }
    await own.lab.emulator.webhooks.settled();
    const rows = await own.rows();
    expect(rows).toHaveLength(count);
    expect(rows.filter(({ user, grants }) => grants.length !== (isDemoted(user) ? 0 : 1))).toEqual([]);
    const names = await own.lab.database.user.findMany({ where: { teamId: own.teamId }, select: { name: true } });
    expect(names.filter(({ name }) => /^Person \d+$/.test(name))).toHaveLength((count * 9) / 10);
    for (const name of ['hints', 'rereads'] as const) {
      expect(await inspectQueue(own.lab.home, name, (queue) => queue.getFailedCount())).toBe(0);
    }
  });
});
