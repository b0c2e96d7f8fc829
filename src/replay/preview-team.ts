import { describeFailure } from '../errors/errors.js';
import { type SweepDependencies, sweepDividers } from '../sync/sweep/sweep-dependencies.js';
import { sweepTeams } from '../sync/sweep/sweep-teams.js';
import type { ReplayParts } from './parts.js';
import type { Planned, PlannedChange } from './preview-members.js';

type Parts = Pick<ReplayParts, 'database' | 'readMembers' | 'stytch' | 'searchLagMs' | 'memory' | 'rereads'>;

/** The changes by member. `userIds`: the row of each member who has one, or is linked to one. `heldUserIds`: who would be held. */
export type TeamPlan = Planned & { userIds: ReadonlyMap<string, string>; heldUserIds: readonly string[] };

/** What a sweep of the team would change now: the same sweep, but it writes, holds and requests nothing. */
export async function previewTeam(parts: Parts, teamId: string): Promise<TeamPlan> {
  const changes = new Map<string, PlannedChange[]>();
  const userIds = new Map<string, string>();
  const heldUserIds: string[] = [];
  const deps: SweepDependencies = {
    ...parts,
    divide: sweepDividers(),
    dryRun: true,
    // A sweep may read a member twice. The last read counts.
    onChanges: (memberId, found, userId) => {
      changes.set(
        memberId,
        found.map((change) => ({ ...change, memberId })),
      );
      if (userId !== null) userIds.set(memberId, userId);
    },
    onWouldHold: (users) => heldUserIds.push(...users),
    onHeld: () => {},
    onSeenAgain: () => {},
  };
  const [result] = await sweepTeams(deps, [{ teamId, occasion: { trigger: 'sweep' } }]);
  if (result instanceof Error) return { why: describeFailure(result), userIds, heldUserIds };
  if (!result) return { why: 'it is not a team of Scanner', userIds, heldUserIds };
  return { changes: [...changes.values()].flat(), held: result.held, userIds, heldUserIds };
}
