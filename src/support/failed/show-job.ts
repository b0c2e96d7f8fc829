import { withDatabaseErrors } from '../../database/database.js';
import { findJob, recordsOf } from '../../replay/find-job.js';
import type { FailedJob } from '../../replay/job-filter.js';
import { previewJobs } from '../../replay/preview.js';
import type { PlannedChange } from '../../replay/preview-members.js';
import { timeText } from '../../text/time.js';
import { type Names, personText, teamText } from '../names.js';
import type { SupportParts } from '../parts.js';
import { errorKind } from './failed-groups.js';

/** One job with all that is known of it. */
export type ShownJob = FailedJob & {
  queue: string;
  /** `forgotten`: it was handled, and the queue keeps handled jobs for an hour. */
  state: string;
  attemptsMax: number;
  addedAt: string | null;
  /** Ids and times only. */
  data: unknown;
  /** The errors of the last attempts. */
  errors: string[];
  /** When these attempts failed, where that is known. */
  errorTimes: (string | null)[];
  /** What handling it now would change; null where that is unknown. */
  wouldChange: PlannedChange[] | null;
  wouldChangeNot: string | null;
  replays: { at: string; actor: string; reason: string; result: string | null; why: string | null }[];
  recorded: { at: string; trigger: string; outcome: string; changes: unknown }[];
};

type Parts = Parameters<typeof previewJobs>[0] & Pick<SupportParts, 'queues'>;

/** The latest replays of a job. Each would show the same. */
const replaysMax = 50;

/** @throws RequestProblem when there is no such job */
export async function showJob(parts: Parts, id: string): Promise<ShownJob> {
  const found = await findJob(parts, id);
  const { value: preview } = await previewJobs(parts, [[found]]).next();
  const { job, shown } = found;
  return {
    ...shown,
    ...{ queue: job.queue, state: job.state, attemptsMax: job.attemptsMax, data: job.data, errors: job.errors },
    errorTimes: job.errorTimes.map((time) => time?.toISOString() ?? null),
    addedAt: job.addedAt.getTime() === 0 ? null : job.addedAt.toISOString(),
    wouldChange: preview?.plan[0]?.changes ?? null,
    wouldChangeNot: preview?.skipped[0]?.why ?? null,
    replays: await replaysOf(parts, job.queue, job.id),
    recorded: (await recordsOf(parts.database, id)).map(({ appliedAt, trigger, outcome, changes }) => ({
      ...{ at: appliedAt.toISOString(), trigger, outcome, changes },
    })),
  };
}

async function replaysOf({ database }: Parts, queue: string, jobId: string): Promise<ShownJob['replays']> {
  const rows = await withDatabaseErrors(() =>
    database.replay.findMany({
      where: { queue, jobId },
      include: { batch: true },
      orderBy: { batch: { startedAt: 'desc' } },
      take: replaysMax,
    }),
  );
  return rows.reverse().map(({ batch, result, why, state }) => ({
    at: batch.startedAt.toISOString(),
    actor: batch.actor,
    reason: batch.reason,
    result: state === 'done' ? result : 'not done yet',
    why,
  }));
}

/** What the command line and the page say about a job. Pure. */
export function jobFacts(job: ShownJob, names: Names): [string, string][] {
  return [
    ['State', `${job.state} (${job.queue})`],
    ['Event', job.eventType],
    ['Team', teamText(names, job.teamId, 'none that Scanner knows')],
    ['Person', personText(names, job.memberId, 'several, or a whole team')],
    ['Attempts', `${job.attempts} of ${job.attemptsMax}`],
    ['Last attempt', `${timeText(job.failedAt)} UTC`],
  ];
}

/** Attempts that failed for the same reason. `from` and `to` are null where the times are not known. */
export type FailedAttempts = { attempts: string; from: string | null; to: string | null; error: string };

/**
 * What happened to a job, the oldest first: equal errors are one line. The queue keeps the last three attempts, so earlier
 * ones are only counted. Pure.
 */
export function jobTimeline({ attempts, errors, errorTimes, error, failedAt }: ShownJob): FailedAttempts[] {
  const known = errors.length > 0 ? errors : [error].filter((one) => one !== '');
  const first = Math.max(0, attempts - known.length) + 1;
  const timeOf = (i: number) => errorTimes[i] ?? (i === known.length - 1 ? failedAt : null);
  const lines: (Omit<FailedAttempts, 'attempts'> & { first: number; last: number })[] = [];
  for (const [i, text] of known.entries()) {
    const line = lines.at(-1);
    const isSame = line !== undefined && errorKind(line.error) === errorKind(text);
    if (isSame) Object.assign(line, { to: timeOf(i), last: first + i, error: text });
    else lines.push({ from: timeOf(i), to: timeOf(i), first: first + i, last: first + i, error: text });
  }
  return lines.map(({ first, last, ...line }) => ({ ...line, attempts: attemptsText(first, last) }));
}

function attemptsText(first: number, last: number): string {
  return first === last ? `attempt ${first}` : `attempts ${first} to ${last}`;
}

/** `2026-11-23 09:30:00 to 09:33:12`; empty where the times are not known. Pure. */
export function spanText({ from, to }: { from: string | null; to: string | null }): string {
  if (from === null || to === null) return timeOrNothing(to ?? from);
  const [start, end] = [timeText(from), timeText(to)];
  if (start === end) return start;
  return `${start} to ${end.slice(0, 10) === start.slice(0, 10) ? end.slice(11) : end}`;
}

function timeOrNothing(time: string | null): string {
  return time === null ? '' : timeText(time);
}

/** Replays and records, each with its time. Pure. */
export function jobHistory({ replays, recorded }: ShownJob): { at: string; text: string }[] {
  return [
    ...replays.map(({ at, actor, reason, result, why }) => {
      return { at, text: `replayed by ${actor} (${reason}): ${result ?? why ?? 'not replayed'}` };
    }),
    ...recorded.map(({ at, trigger, outcome }) => ({ at, text: `${trigger}: ${outcome}` })),
  ];
}
