import { ownTeam } from '../../helpers/own-team.js';

const own = ownTeam();
const directory = () => own.lab.emulator.directory;
const person = (name: string, externalId: string, roles: string[] = []) => {
  return { userName: `${name}@acme.example`, name, externalId, roles };
};
const join = (name: string, externalId: string) =>
  directory().provision(own.organizationId, person(name, externalId)).member_id;
const row = async (name: string) => (await own.rows()).filter(({ user }) => user === `${name}@acme.example`);
const shared = () => own.lab.database.sharedExternalId.findMany({ where: { teamId: own.teamId } });
const apartOf = async (memberId: string) => {
  const events = await own.lab.database.syncEvent.findMany({ where: { stytchMemberId: memberId, outcome: 'changed' } });
  return events.flatMap(({ changes }) => changes as { type: string }[]).find(({ type }) => type === 'user_created');
};

/** An IdP that creates a new member for a person who returns. */
beforeEach(() => {
  own.lab.emulator.switches.repost = 'new';
});
afterEach(() => {
  own.lab.emulator.switches.repost = 'reuse';
});

async function owner(name: string): Promise<void> {
  const role = await own.lab.database.role.create({ data: { teamId: own.teamId, name: 'owner' } });
  const user = await own.lab.database.user.findFirstOrThrow({
    where: { email: `${name}@acme.example`, teamId: own.teamId },
  });
  await own.lab.database.roleGrant.create({ data: { userId: user.id, roleId: role.id, source: 'manual' } });
}

it('a person who returns as a new member gets their row by external id', async () => {
  const old = join('ada', '00u-ada');
  await own.rows();
  directory().remove(old);
  await own.rows();
  const again = join('ada', '00u-ada');
  expect(await row('ada')).toMatchObject([{ memberId: again, status: 'active' }]);
});

it('a shared external id re-links no row, even if all but one of its members have left', async () => {
  const grace = join('grace', 'N/A');
  await own.rows();
  await owner('grace');
  const hank = join('hank', 'N/A');
  await own.rows();
  directory().remove(grace);
  await own.rows();
  const mallory = join('mallory', 'N/A');
  expect(await row('mallory')).toMatchObject([{ memberId: mallory, grants: [] }]);
  expect(await row('grace')).toMatchObject([{ memberId: grace, status: 'deactivated', grants: ['owner (manual)'] }]);
  directory().remove(hank);
  directory().remove(mallory);
  await own.rows();
  const eve = join('eve', 'N/A'); // nobody holds it now, and it identifies nobody all the same
  expect(await row('eve')).toMatchObject([{ memberId: eve, grants: [] }]);
  expect(await own.rows()).toHaveLength(4);
  expect(await shared()).toMatchObject([{ externalId: 'N/A' }]);
  expect(await apartOf(eve)).toEqual({ type: 'user_created', apart: 'shared_external_id' });
});

it('an external id is also shared if a member gets the one of another member', async () => {
  join('ada', 'x');
  const bob = join('bob', 'y');
  await own.rows();
  directory().update(bob, person('bob', 'x'));
  await own.rows();
  expect(await shared()).toMatchObject([{ externalId: 'x' }]);
});

it('a row with roles granted by hand is linked only to a member who also has its e-mail', async () => {
  const old = join('ada', '00u-ada');
  await own.rows();
  await owner('ada');
  directory().remove(old);
  await own.rows();
  const stranger = join('mallory', '00u-ada');
  expect(await row('mallory')).toMatchObject([{ memberId: stranger, grants: [] }]);
  expect(await apartOf(stranger)).toEqual({ type: 'user_created', apart: 'manual_access' });
  directory().remove(stranger);
  await own.rows();
  const again = join('ada', '00u-ada');
  expect(await row('ada')).toMatchObject([{ memberId: again, status: 'active', grants: ['owner (manual)'] }]);
});

it('a thousand members with one external id need no direct read each, and all get users', async () => {
  const { calls, switches } = own.lab.emulator;
  join('first', 'N/A');
  join('second', 'N/A');
  await own.rows();
  switches.repost = 'reuse';
  calls.reset();
  for (let n = 0; n < 1000; n++) join(`p${n}`, 'N/A');
  expect(await own.rows()).toHaveLength(1002);
  expect(calls.count('members.dangerouslyGet')).toBeLessThan(200);
});

describe('an e-mail', () => {
  const unlinked = (email: string) =>
    own.lab.database.user.create({ data: { teamId: own.teamId, email, name: 'Old' } });

  it.each([
    ['in any case', 'ADA@Acme.Example', 'ada@acme.example'],
    ['beyond ASCII', 'ÄNNE@acme.example', 'änne@acme.example'],
    ['written with combining marks', 'a\u0308nne@acme.example', 'änne@acme.example'],
    ['in Greek', 'ΣΟΦΙΑ@acme.example', 'σοφια@acme.example'],
  ])('links a user that Scanner already had: %s', async (_, before, after) => {
    const { id } = await unlinked(before);
    const { member_id } = directory().provision(own.organizationId, { userName: after, externalId: 'e' });
    await own.rows();
    expect(await own.lab.database.user.findUniqueOrThrow({ where: { id } })).toMatchObject({
      stytchMemberId: member_id,
    });
    expect(await own.rows()).toHaveLength(1);
  });

  it.each([
    ['the sign for kelvin', '\u212aim@acme.example', 'kim@acme.example'],
    ['a Turkish capital', '\u0130da@acme.example', 'ida@acme.example'],
    ['another letter', 'anne@acme.example', 'änne@acme.example'],
  ])('does not link an e-mail that is only similar: %s', async (_, before, after) => {
    await unlinked(before);
    directory().provision(own.organizationId, { userName: after, externalId: 'e' });
    expect(await own.rows()).toHaveLength(2);
  });
});
