import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Hint } from './directory/hint.js';
import { Hopeless } from './failures.js';
import type { NewJob, Producer } from './queue/produce.js';
import type { Occasion } from './reconcile/record-events.js';
import type { Recheck, Rereads } from './reconcile/rereads.js';

/** What lies in the queues: shapes with ids and times only, checked again by whoever takes a job out. */

const hint = z.object({
  svixId: z.string(),
  eventId: z.string(),
  eventType: z.string(),
  sentAt: z.iso.datetime(),
  receivedAt: z.iso.datetime(),
  organizationId: z.string().nullable(),
  memberIds: z.array(z.string()),
  connectionId: z.string().exactOptional(),
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

/** @throws Hopeless */
export function parseHint(data: unknown): Hint {
  return parse(hint, data);
}

/** The replay that a job belongs to, in whatever queue it lies. */
export function replayIdOf(data: unknown): string | null {
  const parsed = z.object({ replayId: z.uuid() }).safeParse(data);
  return parsed.success ? parsed.data.replayId : null;
}

/** @throws Hopeless */
export function parseRechecks(data: unknown): z.infer<typeof rechecks> {
  return parse(rechecks, data);
}

/** @throws Hopeless */
export function parseSweep(job: { name: string; data: unknown }): z.infer<typeof sweep> {
  return parse(sweep, { name: job.name, data: job.data });
}

/** The next few of the jobs to be replayed. While one waits it stands for all; one that works is followed by one more. */
export function replayStep(delayMs: number): NewJob {
  return { queue: 'replays', name: 'replay-jobs', data: {}, delayMs, once: 'replay-jobs' };
}

export type RereadTiming = {
  /** Before each round of second looks: 5 s and 30 s after the hint; round 0 is the first look. */
  recheckDelaysMs: readonly number[];
  /** A push of groups sends an event a membership; its team is read once, when the burst is over or nearly so. */
  sweepDebounceMs: number;
};

export const rereadTiming: RereadTiming = { recheckDelaysMs: [0, 5_000, 25_000], sweepDebounceMs: 2_000 };

/** So that one call stays far inside its deadline. */
const jobsPerCall = 1000;

export function rereadsThrough(producer: Producer, timing = rereadTiming): Rereads {
  const members = (rechecks: readonly Recheck[], round: number): NewJob => ({
    queue: 'rereads',
    name: 'recheck-members',
    data: { members: rechecks, round },
    delayMs: timing.recheckDelaysMs[round] ?? 0,
  });
  const sweep = { queue: 'sweeps', delayMs: timing.sweepDebounceMs } as const;
  const team = (teamId: string, why: Occasion): NewJob => ({
    ...{ ...sweep, name: 'sweep-team', data: { teamId, occasion: why }, once: `team-${teamId}` },
  });
  return {
    members: (rechecks, round) => producer.add([members(rechecks, round)]),
    alone: (one, round) => producer.add([{ ...members([one], round), id: jobId(`alone-${one.memberId}`) }]),
    team: (teamId, why) => producer.add([team(teamId, why)]),
    teams: async (teamIds, why) => {
      const jobs = teamIds.map((teamId) => ({ ...team(teamId, why), delayMs: 0 }));
      for (let i = 0; i < jobs.length; i += jobsPerCall) await producer.add(jobs.slice(i, i + jobsPerCall));
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
  throw new Hopeless(`The job's data is not what this version writes (${places}). Read its team again instead.`);
}
