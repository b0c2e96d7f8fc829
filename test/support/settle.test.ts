import { createSettler } from '../../src/replay/settle-failed.js';
import { status } from '../../src/support/status/status.js';
import { eventually } from '../helpers/eventually.js';
import { type Lab, startLab } from '../helpers/lab.js';
import { backends } from '../helpers/queue.js';
import { allFailed, failedHint, stateOf, supportOf } from '../helpers/support.js';

jest.setTimeout(120_000);

describe.each(backends)('with the queue on %s', (backend) => {
  let lab: Lab;
  let parts: ReturnType<typeof supportOf>;
  let teamId: string;
  let organizationId: string;
  let settleFailed: ReturnType<typeof createSettler>;

  beforeEach(async () => {
    lab = await startLab({ backend });
    parts = supportOf(lab);
    settleFailed = createSettler(parts);
    await lab.quiet(); // a server that starts has every team read
    ({ teamId, organizationId } = await lab.team({ name: 'Acme' }));
  });
  afterEach(async () => {
    await parts.close();
    await lab.stop();
  });

  const unheard = (name: string) =>
    lab.emulator.directory.silently(
      () => lab.emulator.directory.provision(organizationId, { userName: `${name}@acme.example` }).member_id,
    );
  const sweep = async () => {
    await parts.rereads.team(teamId, { trigger: 'sweep' });
    await eventually(async () => (await lab.database.teamSync.findUnique({ where: { teamId } }))?.sweptAt !== null);
    await lab.quiet();
  };

  it('no job leaves the failed set before a sweep has repaired it', async () => {
    const id = await failedHint(lab, organizationId, unheard('ada'));
    expect(await settleFailed()).toEqual({ settled: 0 });
    expect(await stateOf(lab, id)).toBe('failed');
    expect(await lab.rows()).toEqual([]);
  });

  it('a job that a sweep repaired leaves it and is recorded; a poison member stays', async () => {
    const [ada, eve] = [unheard('ada'), unheard('eve')];
    const settled = await failedHint(lab, organizationId, ada);
    lab.emulator.directory.setMember(eve, { status: 'unheard of' });
    const poison = await failedHint(lab, organizationId, eve);
    await sweep();
    expect((await lab.rows()).map(({ user }) => user)).toEqual(['ada@acme.example']);

    expect(await settleFailed()).toEqual({ settled: 1 });
    await eventually(async () => expect(await stateOf(lab, settled)).toBe('completed'));
    expect(await settleFailed()).toEqual({ settled: 0 });
    expect(await stateOf(lab, poison)).toBe('failed');
    const events = await lab.database.syncEvent.findMany({ where: { svixId: settled } });
    expect(events).toMatchObject([{ trigger: 'replay', outcome: 'unchanged', teamId }]);
    await eventually(async () => expect((await status(parts)).settledBySweeps).toBe(1));
    const why = { actor: 'scanner-scim', reason: 'read again since it failed, and found right' };
    await eventually(async () =>
      expect(await lab.database.auditLog.findMany({ orderBy: { id: 'asc' } })).toMatchObject([
        { ...why, action: 'replay' },
        { ...why, action: 'replay_finished', details: { results: { 'already right': 1 } } },
      ]),
    );
    expect((await allFailed(parts)).map(({ shown }) => shown.id)).not.toContain(settled);
  });
});
