import { eventually } from '../../helpers/eventually.js';
import { queueHints } from '../../helpers/hints.js';
import { ownTeam } from '../../helpers/own-team.js';

const own = ownTeam();
let ada: string;

beforeEach(async () => {
  const person = { userName: 'ada@acme.example', name: 'Ada', externalId: '00u-ada', roles: ['analyst'] };
  ada = own.lab.emulator.directory.provision(own.organizationId, person).member_id;
  const [row] = await own.rows();
  expect(row).toMatchObject({ status: 'active', grants: ['scim:analyst (scim)'] });
});

const adaRow = async () => (await own.lab.rows()).find(({ memberId }) => memberId === ada);
const out = { status: 'deactivated', grants: [], values: [] };

describe('a signed leaver that can not be read is deactivated anyway, if Stytch', () => {
  it.each([
    [400, 'bad_request'],
    [402, 'payment_required'],
    [404, 'route_not_found'],
    [409, 'conflict'],
    [500, 'internal_server_error'],
  ])('answers %d %s', async (status, error_type) => {
    own.lab.emulator.faults.failWhile('members.dangerouslyGet', { status, error_type }, { memberId: ada });
    own.lab.emulator.directory.deprovision(ada);
    await eventually(async () => expect(await adaRow()).toMatchObject(out));
    const events = await own.lab.database.syncEvent.findMany({ where: { stytchMemberId: ada, outcome: 'changed' } });
    expect(events.flatMap(({ changes }) => changes)).toContainEqual({
      type: 'user_deactivated',
      because: 'signed_event',
    });
  });

  it.each([
    ['says a status that nobody knows', { status: 'suspended' }],
    ['says of a deleted member no organization', { status: 'deleted', organization_id: undefined }],
    ['says nothing that can be understood', { status: 7, email_address: null }],
  ])('%s', async (_, planted) => {
    const { directory } = own.lab.emulator;
    directory.silently(() => directory.setMember(ada, planted));
    await queueHints(own.lab.home, own.organizationId, [ada], { memberGone: true });
    await eventually(async () => expect(await adaRow()).toMatchObject(out));
    directory.setMember(ada, null);
  });
});

it('an event that is not about leaving deactivates nobody if the read fails, and its job fails', async () => {
  own.lab.emulator.faults.failWhile('members.dangerouslyGet', { status: 402, error_type: 'payment_required' });
  await queueHints(own.lab.home, own.organizationId, [ada]);
  await eventually(async () => expect(await own.lab.failedJobs()).toMatchObject([{ queue: 'hints' }]));
  expect(await adaRow()).toMatchObject({ status: 'active' });
});

describe('an unreadable active flag', () => {
  it.each([0, '0', 'no', { value: false }, 1])(
    '%p gives no access: the member fails alone, and keeps its row',
    async (active) => {
      const { directory } = own.lab.emulator;
      directory.silently(() => {
        directory.setMember(ada, { scim_registration: { scim_attributes: { active } } });
        directory.provision(own.organizationId, { userName: 'bob@acme.example', externalId: 'bob' });
      });
      const stranger = directory.silently(() =>
        directory.provision(own.organizationId, { userName: 'eve@acme.example' }),
      );
      directory.silently(() =>
        directory.setMember(stranger.member_id, { scim_registration: { scim_attributes: { active } } }),
      );
      await queueHints(own.lab.home, own.organizationId, [ada, stranger.member_id]);
      await eventually(async () => expect((await own.lab.failedJobs()).length).toBeGreaterThan(1));
      expect((await own.rows()).map(({ user, status }) => [user, status])).toEqual([['ada@acme.example', 'active']]);
      await queueHints(own.lab.home, own.organizationId, [ada], { memberGone: true });
      await eventually(async () => expect(await adaRow()).toMatchObject(out));
    },
  );
});
