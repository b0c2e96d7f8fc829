import type { JobsOptions } from 'bullmq';

/**
 * Retries after 0.9, 1.8, 3.6 … 115 s, each up to half shorter (jitter). All attempts are over after four minutes, so a person
 * sees a failed job before the five minutes of the SLA are over.
 */
export const retrySchedule: Pick<JobsOptions, 'attempts' | 'backoff'> = {
  attempts: 9,
  backoff: { type: 'exponential', delay: 900, jitter: 0.5 },
};
