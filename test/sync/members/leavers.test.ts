import { eventually } from '../../helpers/eventually.js';
import { type Lab, startLab } from '../../helpers/lab.js';
import { type BackendName, backends } from '../../helpers/queue.js';
import { memberEvent, post, postAll, signed } from '../../helpers/webhook.js';

const analyst = 'scim:analyst (scim)';

let lab: Lab;
let organizationId: string;
let teamId: string;
let ada: string;

const begin = async (backend: BackendName) => {
  lab = await startLab({ backend });
};

/** A team with Ada, who has a role and a key. */
async function addAda(): Promise<void> {
  ({ organizationId, teamId } = await lab.team({ name: 'Acme' }));
  ada = lab.emulator.directory.provision(organizationId, {
    userName: 'ada@acme.example',
    name: 'Ada',
    externalId: '00u-ada',
    roles: ['analyst'],
  }).member_id;
  await lab.quiet();
  const { id } = await lab.database.user.findUniqueOrThrow({ where: { stytchMemberId: ada } });
  await lab.database.apiKey.create({ data: { teamId, name: 'cli', ownerUserId: id } });
}

const adaRow = async () => (await lab.rows()).find(({ memberId }) => memberId === ada);
const signedDelete = (sentAt = new Date()) =>
  signed(memberEvent({ id: ada, action: 'DELETE', member: undefined, timestamp: sentAt.toISOString() }));

/** On each backend, because overtaking depends on the queue. The other tests do not. */
describe.each(backends)('with the queue on %s, leavers', (backend) => {
  beforeAll(() => begin(backend));
  beforeEach(addAda);
  afterAll(() => lab.stop());

  it('overtake a backlog of hints that wait for a hanging Stytch, without its confirmation', async () => {
    lab.emulator.faults.failWhile('all', 'hang');
    const hint = () =>
      signed(memberEvent({ id: `member-test-${crypto.randomUUID()}`, member: { organization_id: organizationId } }));
    await postAll(lab.url, 500, hint);
    await post(lab.url, signedDelete());
    await eventually(async () =>
      expect(await adaRow()).toMatchObject({ status: 'deactivated', grants: [], keys: ['cli revoked'] }),
    );
    const hints = { svixId: { not: null }, stytchMemberId: { not: ada } };
    expect(await lab.database.syncEvent.count({ where: hints })).toBe(0); // the backlog has not moved at all
    const [event] = await lab.database.syncEvent.findMany({ where: { stytchMemberId: ada }, orderBy: { id: 'desc' } });
    expect(event).toMatchObject({
      outcome: 'changed',
      changes: expect.arrayContaining([{ type: 'user_deactivated', because: 'signed_event' }]),
    });
  });
});

describe('leavers', () => {
  beforeAll(() => begin(backends[0]));
  beforeEach(addAda);
  afterEach(async () => {
    lab.emulator.faults.reset();
    await lab.quiet();
  });
  afterAll(() => lab.stop());

  it.each(['500', '429', 'html502', 'reset'] as const)(
    'are deactivated at once while Stytch answers %s, and confirmed by a later read',
    async (kind) => {
      const recover = lab.emulator.faults.failWhile('all', kind);
      lab.emulator.directory.deprovision(ada);
      await eventually(async () =>
        expect(await adaRow()).toMatchObject({ status: 'deactivated', keys: ['cli revoked'] }),
      );
      lab.emulator.calls.reset();
      recover();
      await lab.quiet();
      expect(lab.emulator.calls.count('members.dangerouslyGet')).toBeGreaterThan(0);
      expect(await adaRow()).toMatchObject({ status: 'deactivated', grants: [] });
    },
  );

  it('are reactivated if the following read says that they never left; revoked keys stay revoked', async () => {
    const recover = lab.emulator.faults.failWhile('all', '500');
    await post(lab.url, signedDelete());
    await eventually(async () => expect(await adaRow()).toMatchObject({ status: 'deactivated' }));
    recover();
    await lab.quiet();
    expect(await adaRow()).toMatchObject({ status: 'active', grants: [analyst], keys: ['cli revoked'] });
  });

  it('are not deactivated by an event that is older than the row, with Stytch up or down', async () => {
    const before = await adaRow();
    const anHourAgo = new Date(Date.now() - 3_600_000);
    await post(lab.url, signedDelete(anHourAgo));
    await lab.quiet();
    expect(await adaRow()).toEqual(before);

    const recover = lab.emulator.faults.failWhile('all', '500');
    lab.emulator.calls.reset();
    await post(lab.url, signedDelete(anHourAgo));
    await eventually(() => lab.emulator.calls.count('members.dangerouslyGet') > 1); // it was tried again, not applied
    expect(await adaRow()).toEqual(before);
    recover();
    await lab.quiet();
    expect(await adaRow()).toEqual(before);
  });

  it('from a sender whose clock is ahead do not block later reads', async () => {
    const recover = lab.emulator.faults.failWhile('all', '500');
    await post(lab.url, signedDelete(new Date(Date.now() + 3_600_000)));
    await eventually(async () => expect(await adaRow()).toMatchObject({ status: 'deactivated' }));
    recover();
    await lab.quiet();
    expect(await adaRow()).toMatchObject({ status: 'active' });
  });
});

/** In a lab of its own: what waits for Stytch when the test ends is not waited for. */
describe('leavers of a Stytch that hangs', () => {
  beforeAll(() => begin(backends[0]));
  beforeEach(addAda);
  afterAll(() => lab.stop());

  it('without a user delay no other', async () => {
    lab.emulator.faults.failWhile('all', 'hang');
    const stranger = () =>
      signed(memberEvent({ id: `member-test-${crypto.randomUUID()}`, action: 'DELETE', member: undefined }));
    await postAll(lab.url, 100, stranger);
    await post(lab.url, signedDelete());
    await eventually(async () => expect(await adaRow()).toMatchObject({ status: 'deactivated' }));
    expect(await lab.database.syncEvent.count({ where: { outcome: 'unknown_member' } })).toBe(100);
  });
});
