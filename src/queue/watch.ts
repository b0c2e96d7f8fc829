import type { Job } from 'bullmq';
import type { OpenQueue } from './backend.js';

/** Jobs that wait for their turn, are being worked on, or wait for their next attempt: accepted and not settled. */
const pendingStates = ['wait', 'prioritized', 'active', 'delayed'] as const;
export const jobStates = ['waiting', 'active', 'delayed', 'failed', 'completed'] as const;
export type JobState = (typeof jobStates)[number];

/** From each end of each state's list: the oldest is at one of them, but for a delayed one (those lie by when they are due). */
const looked = 50;

/** A hint that is not settled yet. */
export type PendingJob = { id: string; data: unknown };

/** The pending jobs among whom the oldest is, of each queue. */
export async function pendingJobs(queues: readonly OpenQueue[]): Promise<PendingJob[]> {
  const found = await Promise.all(
    queues.flatMap((queue) =>
      pendingStates.flatMap((state) => [true, false].map((asc) => queue.getJobs([state], 0, looked - 1, asc))),
    ),
  );
  const jobs = found.flat().filter((job): job is Job => job !== undefined && job !== null); // some end while we look
  return jobs.map((job) => ({ id: job.id ?? '', data: job.data }));
}

/** How many jobs there are of each state, all of these queues together. */
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
