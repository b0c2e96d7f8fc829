import { sweepTeams } from '../../../src/sync/sweep/sweep-teams.js';
import { type Lab, startLab } from '../../helpers/lab.js';
import { type Sweeping, sweepingIn } from '../../helpers/sweeping.js';

let lab: Lab;
let teamId: string;
let organizationId: string;
let sweeping: Sweeping;
const initial = {} as Record<string, unknown>;

beforeAll(async () => {
  lab = await startLab({ worker: false });
  Object.assign(initial, lab.emulator.switches);
});
afterAll(() => lab.stop());
beforeEach(async () => {
  ({ teamId, organizationId } = await lab.team({ name: 'Acme' }));
  sweeping = sweepingIn(lab);
});
afterEach(async () => {
  Object.assign(lab.emulator.switches, initial);
  lab.emulator.faults.reset();
  await sweeping.stop();
});

function people(count: number) {
  const { directory } = lab.emulator;
  return directory.silently(() =>
    Array.from({ length: count }, (_, n) => {
      const person = { userName: `p${n}@acme.example`, externalId: `e${n}`, roles: ['analyst'] };
      return directory.provision(organizationId, person).member_id;
    }),
  );
}
const sweep = () => sweeping.sweep(teamId);
const rows = async () => (await lab.rows()).filter((row) => row.teamId === teamId);
const active = async () => (await rows()).filter(({ status }) => status === 'active').length;
const searches = () => lab.emulator.calls.count('members.search');

describe('the end of a listing', () => {
  it.each(['null', 'empty', 'missing', 'noMetadata'] as const)(
    'is reached when the cursor is %s',
    async (endOfList) => {
      people(1100);
      lab.emulator.switches.endOfList = endOfList;
      expect(await sweep()).toEqual({ members: 1100, changed: 1100, held: 0 });
    },
  );

  it.each(['repeat', 'circle'] as const)(
    'does not come when cursors %s: the sweep fails, and nobody is touched',
    async (kind) => {
      people(1100);
      await sweep();
      lab.emulator.faults.searchCursors = kind;
      await expect(sweep()).rejects.toThrow('does not end');
      expect(await active()).toBe(1100);
    },
  );
});

it.each(['null', 'missing', '[]'] as const)(
  'nobody is %s beside metadata, and a team of ten is asked about one by one',
  async (emptyList) => {
    people(10);
    await sweep();
    lab.emulator.switches.emptyList = emptyList;
    lab.emulator.faults.omitFromListing(() => true, { byId: true });
    expect(await sweep()).toEqual({ members: 0, changed: 0, held: 0 });
    expect(await active()).toBe(10);
  },
);

describe('lower limits than we guess', () => {
  it('for ids: missing users are searched in smaller parts and held as usual, and the limit is remembered', async () => {
    people(330);
    await sweep();
    lab.emulator.switches.searchMaxFilterValues = 50;
    lab.emulator.faults.omitFromListing(({ email_address }) => Number(/p(\d+)@/.exec(email_address)?.[1]) >= 200, {
      byId: true,
    });
    lab.emulator.calls.reset();
    expect(await sweep()).toMatchObject({ changed: 0, held: 130 });
    const first = searches();
    lab.emulator.calls.reset();
    expect(await sweep()).toMatchObject({ held: 130 });
    expect(searches()).toBeLessThan(first);
    expect(await active()).toBe(330);
  });

  it('for organizations: a hundred teams are listed in smaller groups, and the limit is remembered', async () => {
    const teams = await manyTeams(100);
    lab.emulator.switches.searchMaxOrganizations = 30;
    lab.emulator.calls.reset();
    expect(await sweepAll(teams)).toEqual(Array(100).fill({ members: 0, changed: 0, held: 0 }));
    expect(searches()).toBeLessThan(12);
    lab.emulator.calls.reset();
    await sweepAll(teams);
    expect(searches()).toBe(4);
  });
});

describe('a problem of one team', () => {
  it.each([
    ['a search that gives up', { status: 408 }],
    ['a search that gives up with a server error', { status: 504 }],
    ["an error of Stytch's own", { status: 500, errorType: 'internal_server_error' }],
    ['a refusal', { status: 400, errorType: 'organization_suspended' }],
  ])('affects no other team: %s', async (_, timeout) => {
    const teams = await manyTeams(100);
    lab.emulator.faults.searchTimeout = { ...timeout, withOrganization: teams[41]?.organizationId ?? '' };
    lab.emulator.calls.reset();
    const results = await sweepAll(teams);
    expect(results.filter((result) => result instanceof Error)).toHaveLength(1);
    expect(results[41]).toBeInstanceOf(Error);
    expect(searches()).toBeLessThan(20);
  });

  it('is not confused with an outage: then a few searches are enough', async () => {
    const teams = await manyTeams(100);
    lab.emulator.faults.failWhile('members.search', '500');
    lab.emulator.calls.reset();
    const results = await sweepAll(teams);
    expect(results.filter((result) => result instanceof Error)).toHaveLength(100);
    expect(searches()).toBeLessThan(25);
  });
});

async function manyTeams(count: number) {
  const teams = [];
  for (let n = 0; n < count; n++) teams.push(await lab.team({ name: `Small ${n}` }));
  return teams;
}

const sweepAll = (teams: readonly { teamId: string }[]) =>
  sweepTeams(
    sweeping.deps,
    teams.map((team) => ({ teamId: team.teamId, occasion: { trigger: 'sweep' } })),
  );

it('sweeps read those who were read longest ago, so that a broken search keeps no lost revocation for ever', async () => {
  const members = people(120);
  await sweep();
  lab.emulator.switches.searchOmits = ['scimRoles'];
  const demoted = members.filter((_, n) => n % 6 === 0);
  for (const memberId of demoted) lab.emulator.directory.silently(() => lab.emulator.directory.setRoles(memberId, []));
  const granted = async () => (await rows()).filter(({ grants }) => grants.length > 0).length;
  await sweep();
  expect(await granted()).toBeGreaterThan(100); // 50 of the 120 are read directly
  for (let n = 0; n < 2; n++) await sweep();
  expect(await granted()).toBe(100);
});

describe('a search that shows less than get does', () => {
  it.each([['registration'], ['scimRoles'], ['groups'], ['groupDisplay']] as const)(
    'revokes nothing: %s',
    async (omitted) => {
      const members = people(60);
      lab.emulator.directory.silently(() => lab.emulator.directory.createGroup(organizationId, 'admin', members));
      await sweep();
      const before = await rows();
      expect(before[0]?.grants).toHaveLength(2);
      lab.emulator.switches.searchOmits = [omitted];
      expect(await sweep()).toEqual({ members: 60, changed: 0, held: 0 });
      expect(await rows()).toEqual(before);
    },
  );

  it.each([['registration'], ['scimRoles']] as const)('does not keep leavers in: %s', async (omitted) => {
    const [leaver = ''] = people(60);
    await sweep();
    lab.emulator.switches.searchOmits = [omitted];
    lab.emulator.switches.deletedMembersNameOrganization = false; // so no listing shows them
    lab.emulator.directory.silently(() => lab.emulator.directory.deprovision(leaver));
    expect(await sweep()).toEqual({ members: 59, changed: 1, held: 0 });
    lab.emulator.switches.deletedMembersNameOrganization = true;
    const gone = (await rows()).filter(({ status }) => status === 'deactivated');
    expect(gone).toMatchObject([{ memberId: leaver, grants: [] }]);
  });

  it('of a few members is corrected by direct reads', async () => {
    const members = people(60);
    await sweep();
    const before = await rows();
    lab.emulator.directory.silently(() => lab.emulator.directory.setRoles(members[0] ?? '', []));
    lab.emulator.switches.searchOmits = ['registration'];
    await sweep();
    lab.emulator.switches.searchOmits = [];
    await sweep();
    const changed = (await rows()).filter((row, n) => row.grants.length !== before[n]?.grants.length);
    expect(changed).toMatchObject([{ memberId: members[0], grants: [] }]);
  });

  it('is applied if all of them have really lost it', async () => {
    const members = people(60);
    await sweep();
    lab.emulator.directory.silently(() => {
      for (const memberId of members) lab.emulator.directory.setRoles(memberId, []);
    });
    expect(await sweep()).toEqual({ members: 60, changed: 60, held: 0 });
    expect((await rows()).flatMap(({ grants }) => grants)).toEqual([]);
  });
});

it('a missing user is found even if the team has many former users', async () => {
  const members = people(200);
  await sweep();
  await lab.database.$executeRaw`
    INSERT INTO users (team_id, stytch_member_id, email, status, observed_at, created_at)
    SELECT ${teamId}::uuid, 'member-test-former-' || n, 'former' || n || '@acme.example', 'deactivated', now(), now()
    FROM generate_series(1, 3000) n`;
  const former = Array.from({ length: 3000 }, (_, n) => ({
    organization_id: organizationId,
    member_id: `member-test-former-${n + 1}`,
    status: 'deleted',
  }));
  const { stytch } = sweeping.deps;
  const deps = {
    ...sweeping.deps,
    stytch: {
      ...stytch,
      // Stytch shows former members too: with status deleted.
      searchMembers: async (...args: Parameters<typeof stytch.searchMembers>) => {
        const page = await stytch.searchMembers(...args);
        return args[0].memberIds === undefined && args[0].cursor === undefined
          ? { ...page, members: [...page.members, ...former] }
          : page;
      },
    },
  };
  const gone = members.slice(0, 10);
  lab.emulator.faults.omitFromListing(({ member_id }) => gone.includes(member_id), { byId: true });
  for (const memberId of gone) {
    lab.emulator.faults.failWhile(
      'members.dangerouslyGet',
      { status: 404, error_type: 'member_not_found' },
      { memberId },
    );
  }
  const [result] = await sweepTeams(deps, [{ teamId, occasion: { trigger: 'sweep' } }]);
  expect(result).toMatchObject({ changed: 10 });
  expect(await active()).toBe(190);
});
