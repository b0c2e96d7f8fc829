import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Hint } from '../directory/hint.js';
import type { NamedTeams, Recheck, Rereads, Round } from '../directory/rereads.js';
import { allowedSearchLagMs } from '../directory/search-lag.js';
import type { Occasion } from '../directory/sync-event.js';
import { PermanentError } from '../errors/errors.js';
import type { NewJob, Producer } from './produce.js';

/** The shapes of jobs. They hold ids and times only. A worker validates each job that it takes. */

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
  z.object({ name: z.literal('sweep-teams'), data: z.object({ teamIds: z.array(z.uuid()).min(1), occasion }) }),
  z.object({ name: z.literal('sweep-every-team'), data: z.object({ occasion }) }),
]);

/** Leavers have a queue of their own, so no backlog delays them. */
export function hintJob(job: Hint, trace?: string): NewJob {
  const queue = job.memberGone ? 'leavers' : 'hints';
  const added = { queue, name: 'hint', id: jobId(job.svixId), data: job } as const;
  return trace === undefined ? added : { ...added, trace };
}

/** @throws PermanentError */
export function parseHint(data: unknown): Hint {
  return parse(hint, data);
}

/** The replay that a job of any queue belongs to. */
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

/** One step of the replays. While one waits, more are not added. One that is added while another runs follows it. */
export function replayStep(delayMs: number): NewJob {
  return { queue: 'replays', name: 'replay-jobs', data: {}, delayMs, once: 'replay-jobs' };
}

export type RereadTiming = {
  /** The delay of each round of rechecks, from the first handling of the hint: at once, 5 s, 30 s. */
  recheckAfterMs: readonly number[];
  /** A push of groups sends one event for each membership. The team is read once, near the end of the burst. */
  sweepDebounceMs: number;
  /** The assumed lag of search. No longer than the last recheck's delay, so that recheck sees every change. */
  searchLagMs: number;
};

export const rereadTiming: RereadTiming = {
  recheckAfterMs: [0, 5_000, allowedSearchLagMs],
  sweepDebounceMs: 2_000,
  searchLagMs: allowedSearchLagMs,
};

/** So that one call ends well before its deadline. */
const jobsPerCall = 1000;
/** The limit of one search. */
const membersPerJob = 1000;
/** As many as share a listing. */
const teamsPerJob = 100;

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
    ...sweep,
    name: 'sweep-team',
    data: { teamId, occasion: why },
    once: `team-${teamId}`,
  });
  const teams = ({ name, teamIds }: NamedTeams, from: number, why: Occasion): NewJob => ({
    queue: 'sweeps',
    name: 'sweep-teams',
    data: { teamIds: teamIds.slice(from, from + teamsPerJob), occasion: why },
    once: `${name}-${from}`,
  });
  return {
    members: async (rechecks, round) => {
      for (let i = 0; i < rechecks.length; i += membersPerJob) {
        await producer.add([members(rechecks.slice(i, i + membersPerJob), round)]);
      }
    },
    alone: async (rechecks) => {
      for (let i = 0; i < rechecks.length; i += jobsPerCall) {
        const part = rechecks.slice(i, i + jobsPerCall);
        await producer.add(part.map((one) => ({ ...members([one], { round: 0 }), id: aloneJobId(one.memberId) })));
      }
    },
    team: (teamId, why) => producer.add([team(teamId, why)]),
    teams: async (all, why, { evenWaiting = false } = {}) => {
      for (let i = 0; i < all.teamIds.length; i += teamsPerJob) await producer.add([teams(all, i, why)]);
      if (evenWaiting) await producer.promote('sweeps');
    },
    everyTeam: (why) =>
      producer.add([{ ...sweep, name: 'sweep-every-team', data: { occasion: why }, once: 'every-team' }]),
  };
}

/** The id of the job of a member that can't be handled together with others. */
export function aloneJobId(memberId: string): string {
  return jobId(`alone-${memberId}`);
}

/** BullMQ refuses ids with a colon, and integers. Svix's ids have neither, but that is not documented. */
function jobId(text: string): string {
  if (/^[A-Za-z][A-Za-z0-9_-]{0,99}$/.test(text)) return text;
  return `sha256-${createHash('sha256').update(text).digest('hex')}`;
}

function parse<T>(schema: z.ZodType<T>, data: unknown): T {
  const parsed = schema.safeParse(data);
  if (parsed.success) return parsed.data;
  const places = parsed.error.issues.map((issue) => issue.path.join('.')).join(', ');
  throw new PermanentError(
    `The job's data is not what this version writes (${places}). Run resync for its team instead.`,
  );
}
