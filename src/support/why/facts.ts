import type { RoleValue } from '../../directory/role-values.js';
import type { FailedJob } from '../../replay/job-filter.js';
import type { PlannedChange } from '../../replay/preview-members.js';
import type { FoundTeam } from '../find-team.js';
import type { FoundUser } from './find-people.js';

/** All that is known of one person, as it was read: what `why` is decided from. */
export type WhyFacts = {
  team: FoundTeam | null;
  /** Of the member; the team's, where there is one. */
  organizationId: string | null;
  user: FoundUser | null;
  memberId: string | null;
  stytch: StytchAnswer;
  /** What Scanner has stored of the IdP's roles and groups. */
  values: RoleValue[];
  /** The first of them, and how many there are. */
  grants: Grant[];
  grantsTotal: number;
  /** Names of the team's roles, scim and other. */
  roles: string[];
  /** Roles that this person lost by synchronisation, the latest loss of each that they do not hold today. */
  losses: (Cause & { role: string })[];
  events: PastEvent[];
  failedJobs: FailedJob[];
  held: { id: string; since: string } | null;
  /** Several members have had the user's external id at the same time. */
  hasSharedExternalId: boolean;
  /** Since when the sessions of this leaver are still to be revoked; and how often it was tried. */
  sessionsPending: { since: string; tries: number } | null;
  /** Since when the team's IdP has been silent, if it is. */
  quietSince: string | null;
  /** What reading the person now would change; or why that can't be told. */
  pending: { changes: PlannedChange[] } | { why: string };
};

export type StytchAnswer =
  | { says: 'active'; status: string; values: RoleValue[]; externalId: string | null }
  | { says: 'gone'; status: string }
  | { says: 'not found' }
  | { says: 'no member' }
  | { says: 'unknown'; why: string };

/** What caused a grant or a loss: the hint, sweep, back-fill or replay that it is recorded with. */
export type Cause = { at: string; trigger: string; eventType: string | null; svixId: string | null };
export type Grant = { role: string; source: string; grantedAt: string; cause: Cause | null };
export type PastEvent = Cause & { outcome: string; changes: unknown; lagSeconds: number | null };
