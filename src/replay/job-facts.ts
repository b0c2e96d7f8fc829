import type { Hint } from '../directory/hint.js';
import type { StoredJob } from '../queue/inspect.js';
import { parseHint, parseRechecks, parseSweep } from '../queue/jobs.js';

/** What a job is about, in any queue. */
export type JobFacts = {
  about: 'members' | 'team' | 'every_team' | 'nobody';
  memberIds: string[];
  organizationId: string | null;
  teamId: string | null;
  /** The event's type, or the job's name when it has no event. */
  eventType: string;
  sentAt: string | null;
  leaver: boolean;
  hint: Hint | null;
};

/** Pure. A job that can't be parsed, or that concerns no team (a schedule), is about nobody. */
export function factsOf(job: Pick<StoredJob, 'queue' | 'name' | 'data'>): JobFacts {
  try {
    if (job.queue === 'rereads') return ofRechecks(job.name, parseRechecks(job.data));
    if (job.queue === 'sweeps') return ofSweep(parseSweep(job));
    return ofHint(parseHint(job.data));
  } catch {
    return { ...nothing, eventType: job.name };
  }
}

const nothing = {
  about: 'nobody' as const,
  memberIds: [],
  organizationId: null,
  teamId: null,
  sentAt: null,
  leaver: false,
  hint: null,
};

function ofHint(hint: Hint): JobFacts {
  const { memberIds, organizationId, eventType, sentAt, memberGone: leaver } = hint;
  const wide = organizationId === null ? 'every_team' : 'team';
  const about = memberIds.length > 0 ? 'members' : wide;
  return { about, memberIds, organizationId, teamId: null, eventType, sentAt, leaver, hint };
}

function ofRechecks(name: string, { members }: ReturnType<typeof parseRechecks>): JobFacts {
  const [first] = members;
  const memberIds = [...new Set(members.map(({ memberId }) => memberId))];
  const { eventType = name, sentAt = null } = first?.occasion ?? {};
  return { ...nothing, about: 'members', memberIds, organizationId: first?.organizationId ?? null, eventType, sentAt };
}

function ofSweep(sweep: ReturnType<typeof parseSweep>): JobFacts {
  const { eventType = sweep.name, sentAt = null } = sweep.data.occasion;
  if (sweep.name === 'sweep-teams') return { ...nothing, eventType, sentAt }; // it fails only if the queue does
  if (sweep.name === 'sweep-every-team') return { ...nothing, about: 'every_team', eventType, sentAt };
  return { ...nothing, about: 'team', teamId: sweep.data.teamId, eventType, sentAt };
}
