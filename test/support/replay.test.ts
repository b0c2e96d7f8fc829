import { awaitReplay, replayReport } from '../../src/replay/await-replay.js';
import { previewJobs } from '../../src/replay/preview.js';
import { type Selection, startReplay } from '../../src/replay/start-replay.js';
import { showJob } from '../../src/support/failed/show-job.js';
import { eventually } from '../helpers/eventually.js';
import { type Lab, startLab } from '../helpers/lab.js';
import { backends, inspectQueue } from '../helpers/queue.js';
import { act, allFailed, failedHint, listed, stateOf, supportOf } from '../helpers/support.js';
import { memberEvent, post, signed } from '../helpers/webhook.js';

const timeoutMs = 60_000;

describe.each(backends)('with the queue on %s', (backend) => {
  let lab: Lab;
  let parts: ReturnType<typeof supportOf>;
  let organizationId: string;
  let teamId: string;
  let counter = 0;

  beforeAll(async () => {
    lab = await startLab({ backend });
    parts = supportOf(lab);
    const other = await lab.team({ name: 'Bystanders' });
    lab.emulator.directory.provision(other.organizationId, { userName: 'by@stander.example', roles: ['analyst'] });
  });
  afterAll(async () => {
    await parts.close();
    await lab.stop();
  });
  beforeEach(async () => {
    ({ organizationId, teamId } = await lab.team({ name: 'Acme' }));
  });
  afterEach(() => lab.emulator.faults.reset());

  const person = (roles: string[] = ['analyst']) => {
    const n = counter++;
    return { userName: `p${n}@acme.example`, externalId: `e${n}`, name: `P ${n}`, roles };
  };
  const provisionUnheard = (roles?: string[]) =>
    lab.emulator.directory.silently(() => lab.emulator.directory.provision(organizationId, person(roles)).member_id);
  const provision = async () => {
    const { member_id } = lab.emulator.directory.provision(organizationId, person());
    await lab.quiet();
    return member_id;
  };
  const replay = async (selection: Selection) => {
    const started = await startReplay(parts, selection, act);
    await awaitReplay(parts, started, { timeoutMs });
    const { replayed, skipped } = replayReport(parts, started);
    return { replayed: await listed(replayed), skipped: await listed(skipped) };
  };
  const others = async () => (await lab.rows()).filter((row) => row.teamId !== teamId);

  it('of a job that is already right changes nothing, says so, and takes the job out of the failed set', async () => {
    const memberId = await provision();
    const id = await failedHint(lab, organizationId, memberId);
    const before = await lab.rows();
    expect(await replay({ ids: [id] })).toEqual({ replayed: [{ id, result: 'already right' }], skipped: [] });
    expect(await lab.rows()).toEqual(before);
    expect(await allFailed(parts)).toEqual([]);
  });

  it('makes the changes of the dry run, and no others', async () => {
    const memberId = provisionUnheard();
    const id = await failedHint(lab, organizationId, memberId);
    const [bystanders, audited] = [await others(), await lab.database.auditLog.count()];
    const found = await allFailed(parts, { teamId });
    expect(found.map(({ shown }) => shown)).toEqual([
      {
        ...{ id, teamId, memberId, eventType: 'scim.member.update', attempts: 1 },
        failedAt: expect.stringMatching(/^\d{4}-.*Z$/),
        error: expect.stringContaining('400 bad_request'),
      },
    ]);
    const changes = [
      { type: 'user_created', memberId },
      { type: 'idp_role_value_added', value: 'analyst', via: 'roles', memberId },
      { type: 'role_granted', role: 'scim:analyst', roleId: expect.any(String), memberId },
    ];
    expect(await listed(previewJobs(parts, [found]))).toEqual([{ plan: [{ id, changes }], skipped: [] }]);
    expect((await lab.rows()).filter((row) => row.teamId === teamId)).toEqual([]);
    expect(await lab.database.auditLog.count()).toBe(audited);

    expect(await replay({ ids: [id] })).toEqual({ replayed: [{ id, result: 'changed' }], skipped: [] });
    const [event, ...more] = await lab.database.syncEvent.findMany({ where: { svixId: id } });
    expect(more).toEqual([]);
    expect(event).toMatchObject({
      ...{ trigger: 'replay', outcome: 'changed', teamId, eventType: 'scim.member.update' },
      changes: changes.map(({ memberId: _, ...change }) => change),
    });
    expect(await others()).toEqual(bystanders);
  });

  it('writes actor, reason, target and result to the audit log', async () => {
    const id = await failedHint(lab, organizationId, provisionUnheard());
    await replay({ ids: [id] });
    const rows = await lab.database.auditLog.findMany({ where: { target: `job ${id}` }, orderBy: { id: 'asc' } });
    expect(rows).toMatchObject([
      { ...act, action: 'replay', details: { batchId: expect.any(String), jobs: 1 } },
      { ...act, action: 'replay_finished', details: { results: { changed: 1 } } },
    ]);
  });

  it('of an old hint is safe: handled, forgotten by the queue, or unknown', async () => {
    const memberId = await provision();
    const message = lab.emulator.webhooks.outbox.find(({ body }) => body.includes(memberId));
    const id = String(message?.svixId);
    lab.emulator.directory.silently(() => lab.emulator.directory.setRoles(memberId, ['admin']));
    expect(await replay({ ids: [id] })).toEqual({ replayed: [{ id, result: 'changed' }], skipped: [] });
    await inspectQueue(lab.home, 'hints', async (queue) => (await queue.getJob(id))?.remove());
    expect(await replay({ ids: [id, 'msg_never'] })).toEqual({
      replayed: [{ id, result: 'already right' }],
      skipped: [{ id: 'msg_never', why: expect.stringContaining('unknown') }],
    });
  });

  it('whose read is older than another one is superseded, and undoes nothing', async () => {
    const memberId = await provision();
    const id = await failedHint(lab, organizationId, memberId);
    const frozen = lab.emulator.faults.freeze('members.dangerouslyGet'); // this read still sees an analyst
    const replaying = replay({ ids: [id] });
    await frozen.arrived;
    lab.emulator.directory.silently(() => lab.emulator.directory.deprovision(memberId));
    await post(lab.url, signed(memberEvent({ id: memberId, action: 'DELETE', member: undefined })));
    await eventually(async () => {
      const user = await lab.database.user.findUniqueOrThrow({ where: { stytchMemberId: memberId } });
      return user.status === 'deactivated';
    });
    frozen.release();
    expect(await replaying).toEqual({ replayed: [{ id, result: 'superseded' }], skipped: [] });
    await lab.quiet();
    expect((await lab.rows()).filter((row) => row.memberId === memberId)).toMatchObject([
      { status: 'deactivated', grants: [] },
    ]);
  });

  it('that fails again says why, and leaves the job in the failed set', async () => {
    const id = await failedHint(lab, organizationId, provisionUnheard());
    lab.emulator.faults.failWhile('members.dangerouslyGet', { status: 400, error_type: 'still_bad' });
    expect(await replay({ ids: [id] })).toEqual({
      replayed: [],
      skipped: [{ id, why: expect.stringMatching(/^it failed again, after 1 attempt: .*still_bad/) }],
    });
    expect(await stateOf(lab, id)).toBe('failed');
    lab.emulator.faults.reset();
    await replay({ ids: [id] });
  });

  it('that is started several times at once runs once, and the other answers say so', async () => {
    const id = await failedHint(lab, organizationId, provisionUnheard());
    const started = await Promise.all(Array.from({ length: 5 }, () => startReplay(parts, { ids: [id] }, act)));
    expect(started.filter(({ batchId }) => batchId !== null)).toHaveLength(1);
    const skipped = started.filter(({ batchId }) => batchId === null).flatMap(({ skipped }) => skipped);
    expect(skipped).toEqual(Array(4).fill({ id, why: expect.stringMatching(/being replayed already|already/) }));
    for (const one of started) await awaitReplay(parts, one, { timeoutMs });
    expect(await lab.database.syncEvent.count({ where: { svixId: id } })).toBe(1);
  });

  it('of all that match takes those only, and nothing when nothing matches', async () => {
    const [a, b] = [provisionUnheard(), provisionUnheard()];
    const mine = await failedHint(lab, organizationId, a);
    const other = await failedHint(lab, organizationId, b, { object_type: 'member', action: 'CREATE' });
    const filter = { teamId, type: 'scim.member.update' };
    expect(await replay({ filter })).toEqual({ replayed: [{ id: mine, result: 'changed' }], skipped: [] });
    expect(await stateOf(lab, other)).toBe('failed');
    expect(await startReplay(parts, { filter }, act)).toEqual({
      ...{ batchId: null, filed: 0, skipped: [], skippedTotal: 0 },
    });
    await replay({ filter: { teamId } });
  });

  it('of a job without an event has its queue in its id, and works', async () => {
    const memberId = provisionUnheard();
    const recover = lab.emulator.faults.failWhile('members.search', { status: 400, error_type: 'bad_request' });
    await parts.rereads.team(teamId, { trigger: 'sweep' });
    const sweeps = async () => (await allFailed(parts, { teamId, type: 'sweep-team' })).map(({ shown }) => shown);
    await eventually(async () => expect(await sweeps()).toHaveLength(1));
    recover();
    const [{ id = '' } = {}] = await sweeps();
    expect(id).toMatch(/^sweeps-\S+$/);
    expect(await showJob(parts, id)).toMatchObject({
      ...{ id, teamId, memberId: null, queue: 'sweeps', state: 'failed' },
      wouldChange: expect.arrayContaining([{ type: 'user_created', memberId }]),
    });
    expect(await replay({ ids: [id] })).toEqual({ replayed: [{ id, result: 'changed' }], skipped: [] });
    expect(await sweeps()).toEqual([]);
  });

  it("while the member changes ends in the directory's state", async () => {
    const memberId = await provision();
    const id = await failedHint(lab, organizationId, memberId);
    const answer = replay({ ids: [id] });
    lab.emulator.directory.setRoles(memberId, ['admin']);
    expect((await answer).replayed).toEqual([
      { id, result: expect.stringMatching(/^(changed|already right|superseded)$/) },
    ]);
    await lab.quiet();
    await eventually(async () =>
      expect((await lab.rows()).find((row) => row.memberId === memberId)?.grants).toEqual(['scim:admin (scim)']),
    );
  });
});
