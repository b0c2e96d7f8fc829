import { describeFailure } from '../errors/errors.js';
import { type SweepDependencies, sweepDividers } from '../sync/sweep/sweep-dependencies.js';
import { sweepTeams } from '../sync/sweep/sweep-teams.js';
import type { ReplayParts } from './parts.js';
import type { Planned, PlannedChange } from './preview-members.js';

type Parts = Pick<ReplayParts, 'database' | 'readMembers' | 'stytch' | 'searchLagMs' | 'memory' | 'rereads'>;

/** What a sweep of the team would change now: the same sweep, but it writes, holds and requests nothing. */
export async function previewTeam(parts: Parts, teamId: string): Promise<Planned> {
  const changes = new Map<string, PlannedChange[]>();
  const deps: SweepDependencies = {
    ...parts,
    divide: sweepDividers(),
    dryRun: true,
    // A sweep may read a member twice. The last read counts.
    onChanges: (memberId, found) =>
      changes.set(
        memberId,
        found.map((change) => ({ ...change, memberId })),
      ),
    onHeld: () => {},
    onSeenAgain: () => {},
  };
  const [result] = await sweepTeams(deps, [{ teamId, occasion: { trigger: 'sweep' } }]);
  if (result instanceof Error) return { why: describeFailure(result) };
  if (!result) return { why: 'it is not a team of Scanner' };
  return { changes: [...changes.values()].flat(), held: result.held };
}
