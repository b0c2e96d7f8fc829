import type { Hint } from '../../directory/hint.js';
import type { Outcome } from '../../directory/sync-event.js';
import type { Observer } from '../../monitoring/observer.js';
import type { JobHandler } from '../../queue/consume.js';
import { parseHint } from '../../queue/jobs.js';
import type { MemberHint } from './reconcile-hints.js';

/**
 * Handles a job of the queues `hints` and `leavers`. A hint about one member goes into the next batch; any other hint requests
 * a reread. Logs one line, with the lag.
 */
export function hintHandler(parts: {
  reconcile: (hint: MemberHint) => Promise<Outcome>;
  reread: (hint: Hint) => Promise<Outcome>;
  observer: Observer;
}): JobHandler {
  return async (job) => {
    const hint = parseHint(job.data);
    const outcome = isMemberHint(hint) ? await parts.reconcile(hint) : await parts.reread(hint);
    parts.observer.handled(hint, outcome);
    return outcome;
  };
}

function isMemberHint(hint: Hint): hint is MemberHint {
  return hint.memberIds.length === 1 && !hint.isList;
}
