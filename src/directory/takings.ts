import { isRevoking } from './belief.js';
import type { MemberPlan } from './member-plan.js';
import type { Reading } from './world.js';

/** How many of a team's members may lose something at once by a search that nobody has examined. */
const alwaysAllowed = 10;
const allowedShare = 0.1;

/** A search that would take something from so many at once is more likely to be wrong than that all of them lost it. */
export function revokesTooMuch(takers: number, teamMembers: number): boolean {
  return takers > Math.max(alwaysAllowed, teamMembers * allowedShare);
}

/** Team id -> the readings by search that would take something from a member who is there. */
export function revocationsByTeam(
  readings: readonly Reading[],
  plans: ReadonlyMap<string, MemberPlan>,
  teamOf: (reading: Reading) => string | undefined,
): Map<string, Reading[]> {
  const byTeam = new Map<string, Reading[]>();
  for (const reading of readings) {
    const teamId = isRevoking(reading, plans.get(reading.member.memberId)) ? teamOf(reading) : undefined;
    if (teamId !== undefined) byTeam.set(teamId, [...(byTeam.get(teamId) ?? []), reading]);
  }
  return byTeam;
}
