import { type FoundJob, failedJobs } from '../../src/replay/failed-jobs.js';
import type { JobFilter } from '../../src/replay/job-filter.js';
import { connectSupport } from '../../src/support/parts.js';
import { silent, testConfig } from './config.js';
import { eventually } from './eventually.js';
import type { Lab } from './lab.js';
import { inspectQueue } from './queue.js';
import { memberEvent, post, signed } from './webhook.js';

/** What support's functions work with, on a lab's own database, queue and Stytch. */
export function supportOf(lab: Lab) {
  return connectSupport(testConfig(lab.env), silent, { previewsTeams: true });
}

export const act = { actor: 'sam@scanner.dev', reason: 'ticket 4711' };

/**
 * Somebody of whom Scanner did not hear: the hint's job failed for good because Stytch refused to be asked.
 * @returns the job's id, which is the svix id
 */
export async function failedHint(
  lab: Lab,
  organizationId: string,
  memberId: string,
  event: Record<string, unknown> = {},
): Promise<string> {
  const recover = lab.emulator.faults.failWhile('members.dangerouslyGet', { status: 400, error_type: 'bad_request' });
  const request = signed(memberEvent({ id: memberId, member: { organization_id: organizationId }, ...event }));
  await post(lab.url, request);
  const id = String(request.headers['svix-id']);
  await eventually(async () => (await stateOf(lab, id)) === 'failed');
  recover();
  return id;
}

/** Of a hint's job, in whichever of the two queues it lies. */
export async function stateOf(lab: Lab, id: string): Promise<string> {
  for (const name of ['hints', 'leavers'] as const) {
    const state = await inspectQueue(lab.home, name, async (queue) => (await queue.getJob(id))?.getState());
    if (state !== undefined) return state;
  }
  return 'unknown';
}

/** All failed jobs that match, of a test that has few. */
export async function allFailed(parts: Parameters<typeof failedJobs>[0], filter?: JobFilter): Promise<FoundJob[]> {
  return (await listed(failedJobs(parts, filter))).flat();
}

export async function listed<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}
