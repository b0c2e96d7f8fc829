import type { Hint } from '../directory/hint.js';
import { parseHint, parseReread, type RereadJob } from '../jobs.js';
import type { StoredJob } from '../queue/inspect.js';

/** What a job is about, whatever queue it lies in. */
export type JobFacts = {
  about: 'members' | 'team' | 'every_team' | 'nobody';
  memberIds: string[];
  organizationId: string | null;
  teamId: string | null;
  /** The event's type; of a job that no event asked for, the job's name. */
  eventType: string;
  sentAt: string | null;
  leaver: boolean;
  hint: Hint | null;
};

/** Pure. A job that no version of ours wrote, or that concerns no team (a schedule), is about nobody. */
export function factsOf(job: Pick<StoredJob, 'queue' | 'name' | 'data'>): JobFacts {
  try {
    return job.queue === 'rereads' ? ofReread(parseReread(job)) : ofHint(parseHint(job.data));
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

function ofReread({ name, data }: RereadJob): JobFacts {
  if (name === 'recheck-members') {
    const [first] = data.members;
    const memberIds = [...new Set(data.members.map(({ memberId }) => memberId))];
    const { eventType = name, sentAt = null } = first?.occasion ?? {};
    const organizationId = first?.organizationId ?? null;
    return { ...nothing, about: 'members', memberIds, organizationId, eventType, sentAt };
  }
  if (name === 'sweep-team') {
    const { eventType = name, sentAt = null } = data.occasion;
    return { ...nothing, about: 'team', teamId: data.teamId, eventType, sentAt };
  }
  if (name === 'sweep-every-team') {
    const { eventType = name, sentAt = null } = data.occasion;
    return { ...nothing, about: 'every_team', eventType, sentAt };
  }
  return { ...nothing, eventType: name };
}
