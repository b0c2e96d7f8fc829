import type { Change } from '../directory/change.js';
import { describeFailure } from '../errors/errors.js';
import { type ReconcileRequest, reconcileMembers } from '../sync/members/reconcile-members.js';
import type { ReplayParts } from './parts.js';

/** A change that would be made, and its member. */
export type PlannedChange = Change & { memberId: string };
/** The changes of one member or team, and how many users a sweep would hold; or why they are unknown. */
export type Planned = { changes: PlannedChange[]; held?: number } | { why: string };

/** Member id -> the changes that a read would make now. */
export async function previewMembers(
  parts: Pick<ReplayParts, 'database' | 'readMembers' | 'searchLagMs' | 'memory'>,
  wanted: readonly Omit<ReconcileRequest, 'occasions'>[],
): Promise<Map<string, Planned>> {
  const requests = [...new Map(wanted.map((one) => [one.memberId, { ...one, occasions: [] }])).values()];
  const settled = await reconcileMembers(parts, requests, { dryRun: true });
  return new Map(
    [...settled].map(([memberId, result]): [string, Planned] => {
      if (result instanceof Error) return [memberId, { why: describeFailure(result) }];
      if (result.outcome === 'unknown_team') return [memberId, { why: 'Scanner has no team for its organization' }];
      return [memberId, { changes: result.changes.map((change) => ({ ...change, memberId })) }];
    }),
  );
}
