import { createMemory } from '../../../src/process/memory-budget.js';
import type { StytchDirectory } from '../../../src/stytch/directory.js';
import { memberReader } from '../../../src/sync/members/read-members.js';
import { sweepTeam } from '../../../src/sync/sweep/sweep-scheduler.js';
import { queueHints } from '../../helpers/hints.js';
import { ownTeam } from '../../helpers/own-team.js';
import { type Sweeping, sweepingIn } from '../../helpers/sweeping.js';

const own = ownTeam();
let sweeping: Sweeping;
const pages: number[] = [];

beforeEach(() => {
  sweeping = sweepingIn(own.lab);
  pages.length = 0;
});
afterEach(() => sweeping.stop());

/** @param groups the number of groups of each person, with names of 40 characters */
function people(count: number, groups: number) {
  const { directory } = own.lab.emulator;
  return directory.silently(() => {
    const members = Array.from({ length: count }, (_, n) => {
      return directory.provision(own.organizationId, { userName: `p${n}@acme.example`, externalId: `e${n}` }).member_id;
    });
    for (const memberId of members) {
      const all = Array.from({ length: groups }, (_, n) => ({ value: `g${n}`, display: `${n} `.padEnd(40, 'x') }));
      directory.setMember(memberId, { scim_registration: { scim_attributes: { groups: all } } });
    }
    return members;
  });
}

/** Holds at most 14 MiB of answers, and notes the number of members on each page. */
function counting(stytch: StytchDirectory): StytchDirectory {
  return {
    ...stytch,
    searchMembers: async (...args) => {
      const page = await stytch.searchMembers(...args);
      pages.push(page.members.length);
      return page;
    },
  };
}
const values = () =>
  own.lab.database.$queryRaw<{ values: number }[]>`
    SELECT count(*)::int AS values FROM idp_role_values v JOIN users u ON u.id = v.user_id WHERE u.team_id = ${own.teamId}::uuid`;

it('a team of heavy members is listed in smaller pages, and the next time at once', async () => {
  people(300, 500);
  const deps = { ...sweeping.deps, stytch: counting(sweeping.deps.stytch) };
  const sweep = () => sweepTeam(deps, { teamId: own.teamId, occasion: { trigger: 'sweep' } });
  expect(await sweep()).toMatchObject({ members: 300, changed: 300 });
  expect(await values()).toEqual([{ values: 150_000 }]);
  expect(Math.max(...pages)).toBeLessThan(200);
  own.lab.emulator.calls.reset();
  pages.length = 0;
  expect(await sweep()).toMatchObject({ members: 300, changed: 0 });
  expect(own.lab.emulator.calls.count('members.search')).toBe(pages.length); // no search was given up
});

it('heavy members are also searched by id in smaller parts; light members of other teams are not', async () => {
  const wide = people(300, 500);
  const memory = createMemory();
  const stytch = counting(sweeping.deps.stytch);
  const read = memberReader(stytch, { memory }).readMembers;
  const wanted = wide.map((memberId) => ({ memberId, organizationId: own.organizationId }));
  expect([...(await read(wanted)).values()].filter((one) => one instanceof Error)).toEqual([]);
  expect(Math.max(...pages)).toBeLessThan(200);
  expect(memory.bytesPerMember([own.organizationId])).toBeGreaterThan(20_000);
  expect(memory.bytesPerMember(['another'])).toBeLessThan(5_000);
});

it('hints about heavy members, and all of them leaving at once, are applied in parts', async () => {
  const wide = people(200, 500);
  await queueHints(own.lab.home, own.organizationId, wide);
  await own.rows();
  expect(await values()).toEqual([{ values: 100_000 }]);
  own.lab.emulator.directory.silently(() => {
    for (const memberId of wide) own.lab.emulator.directory.setMember(memberId, { status: 'deleted' });
  });
  await queueHints(own.lab.home, own.organizationId, wide);
  expect((await own.rows()).filter(({ status }) => status === 'active')).toEqual([]);
  expect(await values()).toEqual([{ values: 0 }]);
  expect(await own.lab.failedJobs()).toEqual([]);
});

it('a member that is too large to read fails alone', async () => {
  const [giant = '', ...others] = people(8, 1);
  own.lab.emulator.directory.setMember(giant, { untrusted_metadata: { text: 'x'.repeat(8_000_000) } });
  const read = memberReader(sweeping.deps.stytch, { memory: createMemory() }).readMembers;
  const found = await read([giant, ...others].map((memberId) => ({ memberId, organizationId: own.organizationId })));
  expect(String(found.get(giant))).toContain('is too large to read');
  expect(others.map((memberId) => found.get(memberId) instanceof Error)).toEqual(Array(7).fill(false));
});
