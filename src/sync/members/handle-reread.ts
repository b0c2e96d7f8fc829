import type { Rereads } from '../../directory/rereads.js';
import type { Log } from '../../log/log.js';
import type { Observer } from '../../monitoring/observer.js';
import type { JobHandler } from '../../queue/consume.js';
import { parseRechecks } from '../../queue/jobs.js';
import { type ReconcileMember, recheckMembers } from './recheck-members.js';

/** Handles a job of the queue `rereads`: reads its members again. */
export function rereadHandler(deps: {
  reconcile: ReconcileMember;
  rereads: Rereads;
  searchLagMs: number;
  observer: Observer;
  log: Log;
}): JobHandler {
  return async (job) => {
    const { members, round } = parseRechecks(job.data);
    const changed = await recheckMembers(deps, members, round);
    for (const { occasion, memberId } of changed) deps.observer.recheckChanged(occasion, memberId);
    if (changed.length > 0) {
      deps.log.info({ members: members.length, round, changed: changed.length }, 'recheck found changes');
    }
    return { changed: changed.length };
  };
}
