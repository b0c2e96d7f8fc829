import { queueNames } from '../../src/queue/backend.js';
import { type AccessLog, keepAccessLog } from '../helpers/access-log.js';
import { eventually } from '../helpers/eventually.js';
import { type Lab, startLab } from '../helpers/lab.js';
import { inspectQueue } from '../helpers/queue.js';
import { memberEvent, post, signed } from '../helpers/webhook.js';
import { timing } from './compressed.js';

/** Where histories are played, one after the other: a lab, a log of every state of its rows, and other teams. */
export type Stage = {
  lab: Lab;
  log: AccessLog;
  /** Other teams that do not change. There are some, so that several teams share a sweep. */
  neighbours: Neighbour[];
  rowsOf(teamId: string): ReturnType<Lab['rows']>;
  /** Requests a sweep of a team, or of every connected team. */
  read(organizationId?: string): Promise<void>;
  /**
   * Waits until nothing that says that somebody has left is waiting any more. What has failed for good by then, and when, by
   * its svix id.
   */
  failedLeavers(): Promise<ReadonlyMap<string, number>>;
  /** Removes the jobs that a failed history has left in the queues. */
  abandonJobs(): Promise<void>;
  stop(): Promise<void>;
};

export type Neighbour = { teamId: string; organizationId: string; memberId: string; rows: unknown };

const neighbourCount = 4;
/** Much shorter than an outage: a leaver is deactivated without Stytch, too. */
const leaversPatienceMs = 20_000;

export async function setStage(): Promise<Stage> {
  const lab = await startLab({ timing });
  lab.emulator.webhooks.mode = 'manual';
  const rowsOf = async (teamId: string) => (await lab.rows()).filter((row) => row.teamId === teamId);
  const read = async (organizationId?: string) => {
    const about = organizationId === undefined ? 'something' : 'organization';
    await post(lab.url, signed(memberEvent({ object_type: about, id: organizationId ?? 'x', member: {} })));
  };
  const neighbours: Neighbour[] = [];
  for (let n = 0; n < neighbourCount; n++) {
    const team = await lab.team({ name: `Neighbour ${n}` });
    const memberId = moveIn(lab, team.organizationId);
    await read(team.organizationId);
    await lab.quiet();
    const rows = await rowsOf(team.teamId);
    expect(rows).toMatchObject([{ grants: ['scim:admin (scim)', 'scim:analyst (scim)'] }]);
    neighbours.push({ ...team, memberId, rows });
  }
  const log = await keepAccessLog(lab.database);
  const queues = { failedLeavers: () => failedLeavers(lab), abandonJobs: () => abandonJobs(lab) };
  return { lab, log, rowsOf, read, ...queues, neighbours, stop: () => lab.stop() };
}

function moveIn({ emulator: { directory } }: Lab, organizationId: string): string {
  const person = { userName: 'person-0@acme.example', externalId: 'ext-0', roles: ['admin'], groups: ['analyst'] };
  return directory.silently(() => directory.provision(organizationId, person).member_id);
}

async function failedLeavers({ home }: Lab): Promise<ReadonlyMap<string, number>> {
  await eventually(async () => {
    const { waiting, active, delayed } = await inspectQueue(home, 'leavers', (queue) => queue.getJobCounts());
    if (waiting || active || delayed)
      throw new Error('signed events of leavers are not handled, because Stytch is weak');
  }, leaversPatienceMs);
  const failed = await inspectQueue(home, 'leavers', (queue) => queue.getFailed());
  return new Map(failed.map(({ id = '', finishedOn = 0 }) => [id, finishedOn]));
}

async function abandonJobs({ home, quiet }: Lab): Promise<void> {
  for (const name of queueNames) {
    await inspectQueue(home, name, async (queue) => {
      await queue.drain(true);
      await queue.clean(0, 1000, 'failed');
    });
  }
  await quiet();
}
