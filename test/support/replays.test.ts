import { once } from 'node:events';
import { connectProducer } from '../../src/queue/produce.js';
import { startSupport, support } from '../helpers/command.js';
import { eventually } from '../helpers/eventually.js';
import { type Lab, startLab } from '../helpers/lab.js';
import { inspectQueue, refuseAll } from '../helpers/queue.js';

jest.setTimeout(120_000);

/** Two failed jobs, and no worker: a replay of them waits. */
let lab: Lab;
const ids = ['msg_one', 'msg_two'];
const reason = ['--reason', 'ticket 4711', '--actor', 'sam@scanner.dev'];

beforeEach(async () => {
  lab = await startLab({ worker: false });
  const { organizationId } = await lab.team({ name: 'Acme' });
  const at = new Date().toISOString();
  const producer = connectProducer(lab.home, () => {});
  await eventually(() => producer.trialWrite());
  await producer.add(
    ids.map((id) => ({
      ...{ queue: 'hints' as const, name: 'hint', id },
      data: {
        ...{ svixId: id, eventId: id, eventType: 'scim.group.update', sentAt: at, receivedAt: at },
        ...{ organizationId, memberIds: [], memberGone: false },
      },
    })),
  );
  const refusing = refuseAll(lab.home, 'hints');
  await eventually(async () => (await inspectQueue(lab.home, 'hints', (queue) => queue.getFailedCount())) === 2);
  await refusing.close();
  await producer.close();
});
afterEach(() => lab.stop());

it('Ctrl-C ends the command, says that the replay continues, and how to look at it and to stop it', async () => {
  const child = startSupport(lab.env, 'replay', ...ids, ...reason);
  let err = '';
  child.stderr.on('data', (chunk) => (err += chunk));
  await eventually(() => err.includes('Still running: 0 done, 2 waiting.'), 60_000);
  child.kill('SIGINT');
  child.kill('SIGINT'); // npm sends it twice
  const [code] = await once(child, 'close');
  const { id } = await lab.database.replayBatch.findFirstOrThrow();
  expect(code).toBe(130);
  expect(err).toContain('The replay continues without this command.');
  expect(err).toContain(`npm run support -- replays ${id}`);
  expect(err).toContain(`npm run support -- cancel ${id} --reason "…"`);
  expect(await lab.database.replay.count({ where: { state: 'waiting' } })).toBe(2);
});

it('a replay that is not done says so, is listed with who started it and why, and can be cancelled once', async () => {
  const started = await support(lab.env, 'replay', ...ids, ...reason, '--wait', '0');
  expect([started.code, started.stdout]).toEqual([3, '0 replayed, 0 skipped. 2 jobs wait.\n']);
  const { id } = await lab.database.replayBatch.findFirstOrThrow();
  const { stdout } = await support(lab.env, 'replays');
  expect(stdout).toMatch(new RegExp(`${id} .*sam@scanner.dev +Still running: 0 done, 2 waiting\\.`));
  expect((await support(lab.env, 'replays', id, '--json')).json).toMatchObject({
    ...{ id, actor: 'sam@scanner.dev', reason: 'ticket 4711', done: 0, total: 2 },
  });
  expect((await support(lab.env, 'cancel', id)).code).toBe(2);
  const first = await support(lab.env, 'cancel', id, ...reason, '--json');
  expect([first.code, first.json]).toEqual([0, { id, cancelled: 2, result: 'cancelled' }]);
  const second = await support(lab.env, 'cancel', id, ...reason, '--json');
  expect([second.code, second.json]).toEqual([3, { id, cancelled: 0, result: 'already done' }]);
  expect(await lab.database.replayBatch.findFirstOrThrow()).toMatchObject({ finishedAt: expect.any(Date) });
  const acts = await lab.database.auditLog.findMany({ orderBy: { id: 'asc' }, select: { action: true } });
  expect(acts.map(({ action }) => action)).toEqual(['replay', 'replay_cancelled', 'replay_finished']);
  // Both are still in the failed set, and can be replayed again.
  const again = await support(lab.env, 'replay', ...ids, ...reason, '--wait', '0');
  expect(again.stdout).toContain('2 jobs wait.');
});

it('replays of unknown ids are not found', async () => {
  expect((await support(lab.env, 'replays')).stdout).toBe('Nobody has started a replay.\n');
  for (const id of ['nonsense', '00000000-0000-0000-0000-000000000000']) {
    expect((await support(lab.env, 'replays', id)).code).toBe(3);
    expect((await support(lab.env, 'cancel', id, ...reason)).code).toBe(3);
  }
});
