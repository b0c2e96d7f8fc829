import { isRevoking } from './evidence.js';
import type { MemberPlan } from './plan-types.js';
import type { Reading } from './world.js';

/**
 * Up to this many members of a team are read directly before a search revokes something. Of more, a sample is read. A batch takes
 * at least 0.2 s, and a team has 33 direct reads a second, so that batches of few can't fill its lane.
 */
const eachReadMax = 3;

/** True if a sample decides: reading each of these members would take too long. */
export function needsSpotCheck(revokingMembers: number): boolean {
  return revokingMembers > eachReadMax;
}

/** Team id -> the readings by search that would revoke something from an active member. */
export function revocationsByTeam(
  readings: readonly Reading[],
  plans: ReadonlyMap<string, MemberPlan>,
  teamOf: (reading: Reading) => string | undefined,
): Map<string, Reading[]> {
  const byTeam = new Map<string, Reading[]>();
  for (const reading of readings) {
    const teamId = isRevoking(reading, plans.get(reading.member.memberId)) ? teamOf(reading) : undefined;
    if (teamId === undefined) continue;
    const ofTeam = byTeam.get(teamId) ?? [];
    ofTeam.push(reading);
    byTeam.set(teamId, ofTeam);
  }
  return byTeam;
}
