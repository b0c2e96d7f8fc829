import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Hint } from '../directory/hint.js';
import type { Recheck, Rereads, Round } from '../directory/rereads.js';
import { allowedSearchLagMs } from '../directory/search-lag.js';
import type { Occasion } from '../directory/sync-event.js';
import { PermanentError } from '../errors/errors.js';
import type { NewJob, Producer } from './produce.js';

/** What lies in the queues: shapes with ids and times only, checked again by whoever takes a job out. */

const hint = z.object({
  svixId: z.string(),
  eventId: z.string(),
  eventType: z.string(),
  sentAt: z.iso.datetime(),
  receivedAt: z.iso.datetime(),
  isTimed: z.literal(true).exactOptional(),
  organizationId: z.string().nullable(),
  memberIds: z.array(z.string()),
  connectionId: z.string().exactOptional(),
  isList: z.literal(true).exactOptional(),
  memberGone: z.boolean(),
  replayId: z.uuid().exactOptional(),
});

const occasion = z.object({
  trigger: z.enum(['hint', 'recheck', 'sweep', 'replay']),
  svixId: z.string().exactOptional(),
  eventId: z.string().exactOptional(),
  eventType: z.string().exactOptional(),
  sentAt: z.iso.datetime().exactOptional(),
  receivedAt: z.iso.datetime().exactOptional(),
  isTimed: z.literal(true).exactOptional(),
});
const recheck = z.object({ memberId: z.string(), organizationId: z.string().nullable(), occasion });

const rechecks = z.object({ members: z.array(recheck).min(1), round: z.int().nonnegative() });

const sweep = z.discriminatedUnion('name', [
  z.object({ name: z.literal('sweep-team'), data: z.object({ teamId: z.uuid(), occasion }) }),
  z.object({ name: z.literal('sweep-every-team'), data: z.object({ occasion }) }),
]);

/** Leavers go to a queue of their own, where no backlog can be. */
export function hintJob(job: Hint, trace?: string): NewJob {
  const queue = job.memberGone ? 'leavers' : 'hints';
  const added = { queue, name: 'hint', id: jobId(job.svixId), data: job } as const;
  return trace === undefined ? added : { ...added, trace };
}

/** @throws PermanentError */
export function parseHint(data: unknown): Hint {
  return parse(hint, data);
}

/** The replay that a job belongs to, in whatever queue it lies. */
export function replayIdOf(data: unknown): string | null {
  const parsed = z.object({ replayId: z.uuid() }).safeParse(data);
  return parsed.success ? parsed.data.replayId : null;
}

/** @throws PermanentError */
export function parseRechecks(data: unknown): z.infer<typeof rechecks> {
  return parse(rechecks, data);
}

/** @throws PermanentError */
export function parseSweep(job: { name: string; data: unknown }): z.infer<typeof sweep> {
  return parse(sweep, { name: job.name, data: job.data });
}

/** The next few of the jobs to be replayed. While one waits it stands for all; one that works is followed by one more. */
export function replayStep(delayMs: number): NewJob {
  return { queue: 'replays', name: 'replay-jobs', data: {}, delayMs, once: 'replay-jobs' };
}

export type RereadTiming = {
  /** Of each round of looks, after the hint was first handled: at once, after 5 s, after 30 s. */
  recheckAfterMs: readonly number[];
  /** A push of groups sends an event a membership; its team is read once, when the burst is over or nearly so. */
  sweepDebounceMs: number;
  /** How far a search may be behind; no later than the last look, which then sees what every hint was about. */
  searchLagMs: number;
};

export const rereadTiming: RereadTiming = {
  recheckAfterMs: [0, 5_000, allowedSearchLagMs],
  sweepDebounceMs: 2_000,
  searchLagMs: allowedSearchLagMs,
};

/** So that one call stays far inside its deadline. */
const jobsPerCall = 1000;
/** What one search can ask for. */
const membersPerJob = 1000;

export function rereadsThrough(producer: Producer, timing = rereadTiming): Rereads {
  const after = (round: number) => timing.recheckAfterMs[round] ?? 0;
  const members = (rechecks: readonly Recheck[], { round, since = 0 }: Round): NewJob => ({
    queue: 'rereads',
    name: 'recheck-members',
    data: { members: rechecks, round },
    delayMs: after(round) - after(since),
  });
  const sweep = { queue: 'sweeps', delayMs: timing.sweepDebounceMs } as const;
  const team = (teamId: string, why: Occasion): NewJob => ({
    ...{ ...sweep, name: 'sweep-team', data: { teamId, occasion: why }, once: `team-${teamId}` },
  });
  return {
    members: async (rechecks, round) => {
      for (let i = 0; i < rechecks.length; i += membersPerJob) {
        await producer.add([members(rechecks.slice(i, i + membersPerJob), round)]);
      }
    },
    alone: (one) => producer.add([{ ...members([one], { round: 0 }), id: jobId(`alone-${one.memberId}`) }]),
    team: (teamId, why) => producer.add([team(teamId, why)]),
    teams: async (teamIds, why, { evenWaiting = false } = {}) => {
      const jobs = teamIds.map((teamId) => ({ ...team(teamId, why), delayMs: 0 }));
      for (let i = 0; i < jobs.length; i += jobsPerCall) await producer.add(jobs.slice(i, i + jobsPerCall));
      if (evenWaiting) await producer.promote('sweeps');
    },
    everyTeam: (why) =>
      producer.add([{ ...sweep, name: 'sweep-every-team', data: { occasion: why }, once: 'every-team' }]),
  };
}

/** BullMQ refuses ids that hold a colon or are whole numbers; Svix's own never do, but nothing promises it. */
function jobId(text: string): string {
  if (/^[A-Za-z][A-Za-z0-9_-]{0,99}$/.test(text)) return text;
  return `sha256-${createHash('sha256').update(text).digest('hex')}`;
}

function parse<T>(schema: z.ZodType<T>, data: unknown): T {
  const parsed = schema.safeParse(data);
  if (parsed.success) return parsed.data;
  const places = parsed.error.issues.map((issue) => issue.path.join('.')).join(', ');
  throw new PermanentError(`The job's data is not what this version writes (${places}). Read its team again instead.`);
}
