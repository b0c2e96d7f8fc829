import { connectProducer } from '../../../src/queue/produce.js';
import { eventually } from '../../helpers/eventually.js';
import { type Lab, startLab } from '../../helpers/lab.js';
import { backends, inspectQueue } from '../../helpers/queue.js';
import { memberEvent, post, signed } from '../../helpers/webhook.js';

describe.each(backends)('with the queue on %s', (backend) => {
  let lab: Lab;
  let organizationId: string;

  beforeAll(async () => {
    lab = await startLab({ backend });
    ({ organizationId } = await lab.team({ name: 'Acme' }));
  });
  afterAll(() => lab.stop());
  afterEach(() => lab.emulator.faults.reset());

  let counter = 0;
  /** Provisions a person, and returns the job of the hint. */
  async function hint() {
    const n = counter++;
    const { member_id } = lab.emulator.directory.silently(() =>
      lab.emulator.directory.provision(organizationId, {
        userName: `p${n}@acme.example`,
        externalId: `e${n}`,
        roles: ['analyst'],
      }),
    );
    const request = signed(memberEvent({ id: member_id, member: { organization_id: organizationId } }));
    await post(lab.url, request);
    const id = String(request.headers['svix-id']);
    const job = () => inspectQueue(lab.home, 'hints', (queue) => queue.getJob(id));
    const state = () => inspectQueue(lab.home, 'hints', async (queue) => (await queue.getJob(id))?.getState());
    const events = () => lab.database.syncEvent.count({ where: { svixId: id, trigger: 'hint' } });
    return { id, job, state, events };
  }

  it('retries when Stytch fails, and records the hint once', async () => {
    lab.emulator.faults.failNext('members.dangerouslyGet', '500', 2);
    const { state, job, events } = await hint();
    await eventually(async () => expect(await state()).toBe('completed'));
    expect([(await job())?.attemptsMade, await events()]).toEqual([3, 1]);
  });

  it('waits for the end of a 429 without using an attempt', async () => {
    lab.emulator.faults.failNext('members.dangerouslyGet', '429', 2);
    const { state, job } = await hint();
    await eventually(async () => expect(await state()).toBe('completed'));
    expect((await job())?.attemptsMade).toBe(1);
  });

  it('does not retry what can never succeed', async () => {
    lab.emulator.faults.failNext('members.dangerouslyGet', { status: 400, error_type: 'bad_request' });
    const { state, job } = await hint();
    await eventually(async () => expect(await state()).toBe('failed'));
    const failed = await job();
    expect(failed?.attemptsMade).toBe(1);
    expect(failed?.failedReason).toMatch(/^Stytch members.dangerouslyGet: 400 bad_request \(request-id-test-[\w-]+\)$/);
  });

  it('makes its last attempt within four minutes, well inside the SLA', async () => {
    const { job } = await hint();
    const { attempts, backoff } = (await job())?.opts ?? {};
    if (typeof backoff !== 'object') throw new Error('no backoff');
    const longestMs = Array.from({ length: Number(attempts) - 1 }, (_, i) => Number(backoff.delay) * 2 ** i);
    expect(longestMs.reduce((sum, ms) => sum + ms, 0)).toBeLessThan(240_000);
    expect(backoff).toMatchObject({ type: 'exponential', jitter: 0.5 });
  });

  it('fails a job of an unknown format at once', async () => {
    const producer = connectProducer(lab.home, () => {});
    await eventually(() =>
      producer.add([{ queue: 'hints', name: 'hint', id: 'odd', data: { svixId: 7, memberIds: 'x' } }]),
    );
    await producer.close();
    const odd = () => inspectQueue(lab.home, 'hints', (queue) => queue.getJob('odd'));
    await eventually(async () =>
      expect((await odd())?.failedReason).toContain("The job's data is not what this version writes"),
    );
    expect((await odd())?.attemptsMade).toBe(1);
  });
});
