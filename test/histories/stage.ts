import { queueNames } from '../../src/queue/backend.js';
import { type AccessLog, keepAccessLog } from '../support/access-log.js';
import { eventually } from '../support/eventually.js';
import { type Lab, startLab } from '../support/lab.js';
import { inspectQueue } from '../support/queue.js';
import { memberEvent, post, signed } from '../support/webhook.js';
import { timing } from './compressed.js';

/** Where histories are played, one after the other: a lab, a log of all that its rows ever said, and a bystander. */
export type Stage = {
  lab: Lab;
  log: AccessLog;
  /** Another team, in which nothing happens. */
  bystander: { teamId: string; organizationId: string; memberId: string; rows: unknown };
  rowsOf(teamId: string): ReturnType<Lab['rows']>;
  /** Asks Scanner to read a team; or, without one, every connected team together. */
  read(organizationId?: string): Promise<void>;
  /**
   * Waits until nothing that says that somebody has left is waiting any more. What has failed for good by then, and when, by
   * its svix id.
   */
  failedLeavers(): Promise<ReadonlyMap<string, number>>;
  /** What a failed history has left in the queues must not meet the next one. */
  abandonJobs(): Promise<void>;
  stop(): Promise<void>;
};

export async function setStage(): Promise<Stage> {
  const lab = await startLab({ timing });
  lab.emulator.webhooks.mode = 'manual';
  const rowsOf = async (teamId: string) => (await lab.rows()).filter((row) => row.teamId === teamId);
  const read = async (organizationId?: string) => {
    const about = organizationId === undefined ? 'something' : 'organization';
    await post(lab.url, signed(memberEvent({ object_type: about, id: organizationId ?? 'x', member: {} })));
  };
  const failedLeavers = async () => {
    await eventually(async () => {
      const { waiting, active, delayed } = await inspectQueue(lab.home, 'leavers', (queue) => queue.getJobCounts());
      return waiting === 0 && active === 0 && delayed === 0;
    });
    const failed = await inspectQueue(lab.home, 'leavers', (queue) => queue.getFailed());
    return new Map(failed.map(({ id = '', finishedOn = 0 }) => [id, finishedOn]));
  };
  const abandonJobs = async () => {
    for (const name of queueNames) {
      await inspectQueue(lab.home, name, async (queue) => {
        await queue.drain(true);
        await queue.clean(0, 1000, 'failed');
      });
    }
    await lab.quiet();
  };
  const team = await lab.team({ name: 'Bystander' });
  const { member_id: memberId } = lab.emulator.directory.silently(() =>
    lab.emulator.directory.provision(team.organizationId, {
      ...{ userName: 'person-0@acme.example', externalId: 'ext-0' },
      ...{ roles: ['admin'], groups: ['analyst'] },
    }),
  );
  await read(team.organizationId);
  await lab.quiet();
  const rows = await rowsOf(team.teamId);
  expect(rows).toMatchObject([{ grants: ['scim:admin (scim)', 'scim:analyst (scim)'] }]);
  const log = await keepAccessLog(lab.database);
  return {
    lab,
    log,
    rowsOf,
    read,
    failedLeavers,
    abandonJobs,
    bystander: { ...team, memberId, rows },
    stop: () => lab.stop(),
  };
}
