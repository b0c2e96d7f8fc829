import { once } from 'node:events';
import { startSupport, support } from '../helpers/command.js';
import { testEnv } from '../helpers/config.js';
import { eventually } from '../helpers/eventually.js';
import { type Lab, startLab } from '../helpers/lab.js';
import { startProcess, stopProcess, type TestProcess } from '../helpers/processes.js';
import { inspectQueue, refuseAll } from '../helpers/queue.js';
import { memberEvent, post, signed } from '../helpers/webhook.js';

jest.setTimeout(600_000);

/** More than one step of the rate cap hands over. */
const many = 130;

describe('a replay of many', () => {
  let lab: Lab;
  beforeEach(async () => {
    lab = await startLab({ worker: false });
  });
  afterEach(async () => {
    for (const worker of workers.splice(0)) worker.kill('SIGKILL');
    await lab.stop();
  });
  const workers: TestProcess[] = [];
  const startWorker = async () => {
    const worker = await startProcess('worker', testEnv({ ...lab.env, LOG_LEVEL: 'info' }));
    workers.push(worker);
    return worker;
  };

  /** Hints that failed for good, the leavers among them last. */
  async function failMany(): Promise<{ ids: string[]; leavers: string[] }> {
    const { organizationId } = await lab.team({ name: 'Acme' });
    const { directory } = lab.emulator;
    const worker = await startWorker();
    const members = directory.silently(() =>
      Array.from({ length: many }, (_, n) =>
        directory.provision(organizationId, {
          userName: `p${n}@acme.example`,
          externalId: `e${n}`,
          roles: ['analyst'],
        }),
      ),
    );
    const goners = members.slice(0, 3).map(({ member_id }) => member_id);
    for (const id of goners)
      await post(lab.url, signed(memberEvent({ id, member: { organization_id: organizationId } })));
    await eventually(
      async () => (await lab.database.user.count({ where: { stytchMemberId: { in: goners } } })) === 3,
      90_000,
    );
    await stopProcess(worker);
    const requests = members.map(({ member_id: id }) => {
      const isGone = goners.includes(id);
      const change = isGone ? { action: 'DELETE', member: undefined } : { member: { organization_id: organizationId } };
      return { isGone, request: signed(memberEvent({ id, ...change })) };
    });
    const refusing = [refuseAll(lab.home, 'hints'), refuseAll(lab.home, 'leavers')];
    for (const { request } of [...requests].reverse()) await post(lab.url, request);
    await eventually(async () => (await failedNow()) === many, 90_000);
    await Promise.all(refusing.map((one) => one.close()));
    directory.silently(() => goners.map((id) => directory.deprovision(id)));
    const ids = (chosen: typeof requests) => chosen.map(({ request }) => String(request.headers['svix-id'])).sort();
    return { ids: ids(requests), leavers: ids(requests.filter(({ isGone }) => isGone)) };
  }

  async function failedNow(): Promise<number> {
    const count = (name: 'hints' | 'leavers') => inspectQueue(lab.home, name, (queue) => queue.getFailedCount());
    return (await count('hints')) + (await count('leavers'));
  }

  const doneNow = () => lab.database.replay.count({ where: { state: 'done' } });

  it('survives the death of its command and of the worker; leavers first, rate limited, each job once', async () => {
    const { ids, leavers } = await failMany();
    const words = ['replay', '--failed', '--reason', 'after the outage', '--actor', 'sam@scanner.dev'];
    // Real workers keep schedules, so a sweep may have failed too.
    const { jobs } = (await support(lab.env, 'failed', '--json')).json as { jobs: unknown[] };
    const total = jobs.length;
    const starter = startSupport(lab.env, ...words);
    await eventually(async () => (await lab.database.replay.count()) === total, 60_000);
    starter.kill('SIGKILL');
    await once(starter, 'close');

    const again = await support(lab.env, ...words, '--json', '--wait', '0');
    expect([again.code, again.json]).toEqual([
      3,
      { replayed: [], skipped: expect.arrayContaining([{ id: ids[0], why: expect.stringContaining('already') }]) },
    ]);

    const first = await startWorker();
    await eventually(async () => (await doneNow()) > 0, 60_000);
    first.kill('SIGKILL');
    await first.exited;
    expect(await doneNow()).toBeLessThan(total);
    const second = await startWorker();
    await eventually(async () => (await doneNow()) === total, 240_000);
    const reason = 'after the outage';
    await eventually(async () => (await lab.database.auditLog.count({ where: { reason } })) === 2);
    await stopProcess(second);

    const rows = await lab.database.replay.findMany({ orderBy: { retriedAt: 'asc' } });
    expect(
      rows
        .slice(0, 3)
        .map(({ jobId }) => jobId)
        .sort(),
    ).toEqual(leavers);
    const results = new Set(rows.map(({ result }) => result)); // a sweep may have been quicker with some
    expect([...results].filter((result) => result !== 'changed' && result !== 'already right')).toEqual([]);
    const replayed = await lab.database.syncEvent.groupBy({
      by: ['svixId'],
      where: { trigger: 'replay' },
      _count: true,
    });
    expect(replayed.filter(({ svixId, _count }) => svixId !== null && _count > 1)).toEqual([]);
    const times = rows.map(({ retriedAt }) => Number(retriedAt));
    const soonest = times.slice(50).map((time, i) => time - Number(times[i]));
    expect(Math.min(...soonest)).toBeGreaterThan(700); // fifty a second
    expect(await failedNow()).toBe(0);
    expect((await lab.rows()).filter(({ status }) => status === 'active')).toHaveLength(many - 3);
    const audited = await lab.database.auditLog.findMany({ where: { reason }, orderBy: { id: 'asc' } });
    expect(audited).toMatchObject([
      { action: 'replay', details: { jobs: total } },
      { action: 'replay_finished', details: { results: expect.any(Object) } },
    ]);
  });
});
