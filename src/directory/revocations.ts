import { isRevoking } from './evidence.js';
import type { MemberPlan } from './plan-types.js';
import type { Reading } from './world.js';

/** A search without a spot check may revoke something from this many members of a team, or from this share of them. */
const alwaysAllowed = 10;
const allowedShare = 0.1;

/** True if it is more likely that the search is wrong than that all of these members lost something at once. */
export function revokesTooMuch(revokingMembers: number, teamMembers: number): boolean {
  return revokingMembers > Math.max(alwaysAllowed, teamMembers * allowedShare);
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
