import { sweepTeams } from '../../../src/sync/sweep/sweep-teams.js';
import { type Lab, startLab } from '../../helpers/lab.js';
import { seedTeam } from '../../helpers/rows.js';
import { type Sweeping, sweepingIn } from '../../helpers/sweeping.js';

let lab: Lab;
let teamId: string;
let organizationId: string;
let sweeping: Sweeping;

beforeAll(async () => {
  lab = await startLab();
});
afterAll(() => lab.stop());
beforeEach(async () => {
  ({ teamId, organizationId } = await lab.team({ name: 'Acme' }));
  sweeping = sweepingIn(lab);
});
afterEach(() => sweeping.stop());

const searches = () => lab.emulator.calls.count('members.search');
const rowsOf = async (id: string) => (await lab.rows()).filter((row) => row.teamId === id);

describe('several small teams', () => {
  const both = async () => {
    const beta = await lab.team({ name: 'Beta' });
    const { directory } = lab.emulator;
    directory.silently(() => {
      for (const n of [1, 2, 3]) {
        const person = { userName: `p${n}@acme.example`, externalId: `e${n}`, roles: ['analyst'] };
        directory.provision(organizationId, person);
      }
      directory.provision(beta.organizationId, { userName: 'b@beta.example', externalId: 'b', roles: ['admin'] });
    });
    return beta;
  };
  const together = (...teamIds: string[]) =>
    sweepTeams(
      sweeping.deps,
      teamIds.map((id) => ({ teamId: id, occasion: { trigger: 'sweep' } })),
    );

  it('share one search, and each gets its own members', async () => {
    const beta = await both();
    const nobody = await seedTeam(lab.database, { name: 'No organization', organizationId: null });
    lab.emulator.calls.reset();
    expect(await together(teamId, beta.teamId, nobody)).toEqual([
      { members: 3, changed: 3, held: 0 },
      { members: 1, changed: 1, held: 0 },
      { members: 0, changed: 0, held: 0 },
    ]);
    expect(searches()).toBe(1);
    expect(await rowsOf(beta.teamId)).toMatchObject([{ user: 'b@beta.example', grants: ['scim:admin (scim)'] }]);
    expect(await rowsOf(teamId)).toMatchObject(Array(3).fill({ grants: ['scim:analyst (scim)'] }));
  });

  it('are not affected by one whose organization is gone', async () => {
    const beta = await both();
    await together(teamId, beta.teamId);
    lab.emulator.directory.silently(() => {
      lab.emulator.organizations.delete(beta.organizationId);
      for (const { member_id } of lab.emulator.directory.members(organizationId))
        lab.emulator.directory.deprovision(member_id);
    });
    expect(await together(teamId, beta.teamId)).toEqual([
      { members: 3, changed: 3, held: 0 },
      { members: 0, changed: 0, held: 1 },
    ]);
  });

  it('share listings from the queue: a hundred of them cost a few searches', async () => {
    const teams = [];
    for (let n = 0; n < 100; n++) teams.push(await lab.team({ name: `Small ${n}` }));
    await lab.database.$executeRaw`
      INSERT INTO team_syncs (team_id, swept_members) SELECT id, 0 FROM teams WHERE name LIKE 'Small%'`;
    lab.emulator.calls.reset();
    const teamIds = teams.map((one) => one.teamId);
    await sweeping.deps.rereads.teams({ name: 'small', teamIds }, { trigger: 'sweep' });
    await lab.quiet();
    expect(
      await lab.database.teamSync.count({ where: { team: { name: { startsWith: 'Small' } }, sweptAt: { not: null } } }),
    ).toBe(100);
    expect(searches()).toBeLessThan(20);
  });
});
