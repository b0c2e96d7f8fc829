import type { Job } from 'bullmq';
import type { OpenQueue } from './backend.js';

/** The states of jobs that are accepted and not handled yet. */
const pendingStates = ['wait', 'prioritized', 'active', 'delayed'] as const;
export const jobStates = ['waiting', 'active', 'delayed', 'failed', 'completed'] as const;
export type JobState = (typeof jobStates)[number];

/** Jobs read from each end of each list. The oldest job is at one end, except in `delayed`, which is sorted by due time. */
const jobsPerEnd = 50;

/** A hint that is not handled yet. */
export type PendingJob = { id: string; data: unknown };

/** Some pending jobs of each queue, with the oldest among them. An idle queue is only counted. */
export async function pendingJobs(queues: readonly OpenQueue[]): Promise<PendingJob[]> {
  const counts = await Promise.all(queues.map((queue) => queue.getJobCounts(...pendingStates)));
  if (counts.every((count) => Object.values(count).every((jobs) => jobs === 0))) return [];
  const found = await Promise.all(
    queues.flatMap((queue) =>
      pendingStates.flatMap((state) => [true, false].map((asc) => queue.getJobs([state], 0, jobsPerEnd - 1, asc))),
    ),
  );
  const jobs = found.flat().filter((job): job is Job => job !== undefined && job !== null); // some end meanwhile
  return jobs.map((job) => ({ id: job.id ?? '', data: job.data }));
}

/** The number of jobs in each state, in all these queues together. */
export async function countJobs(queues: readonly OpenQueue[]): Promise<Record<JobState, number>> {
  const counts = await Promise.all(queues.map((queue) => queue.getJobCounts(...pendingStates, 'failed', 'completed')));
  const sum = (...states: string[]) =>
    counts.reduce((total, count) => total + states.reduce((part, state) => part + (count[state] ?? 0), 0), 0);
  return {
    waiting: sum('wait', 'waiting', 'prioritized'),
    active: sum('active'),
    delayed: sum('delayed'),
    failed: sum('failed'),
    completed: sum('completed'),
  };
}
