import { counted } from '../../counted.js';
import { readingDatabase } from '../../database.js';
import type { OrganizationFacts } from '../../stytch-lookups.js';
import type { SupportParts } from '../parts.js';
import { checked, type Finding, ok, problem, warning } from './finding.js';

type Parts = Pick<SupportParts, 'database' | 'lookups'>;
const pagesMax = 20;

/** Credentials, and whether Stytch's organizations and Scanner's teams know each other. */
export async function checkStytch(parts: Parts, supportOrganizationId: string | undefined): Promise<Finding[]> {
  const next =
    'If it says 401: take STYTCH_PROJECT_ID and STYTCH_SECRET anew from the Stytch dashboard. Else look at status.stytch.com.';
  return checked('credentials', next, async () => {
    const organizations = await allOrganizations(parts);
    const teams = await readingDatabase(() => parts.database.team.findMany());
    const known = teams.map(({ id, stytchOrganizationId, ssoScimEnabled }) => {
      return { id, organizationId: stytchOrganizationId, enabled: ssoScimEnabled };
    });
    const theirs = organizations.filter(({ id }) => id !== supportOrganizationId);
    return [ok('credentials', 'Stytch takes them'), ...teamFindings(known, theirs)];
  });
}

async function allOrganizations({ lookups }: Parts): Promise<OrganizationFacts[]> {
  const found: OrganizationFacts[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < pagesMax; page++) {
    const { organizations, nextCursor } = await lookups.organizations(cursor);
    found.push(...organizations);
    if (nextCursor === null) break;
    cursor = nextCursor;
  }
  return found;
}

export type TeamFacts = { id: string; organizationId: string | null; enabled: boolean };

/** Pure. */
export function teamFindings(teams: readonly TeamFacts[], organizations: readonly OrganizationFacts[]): Finding[] {
  const linked = new Map(teams.map((team) => [team.organizationId, team]));
  const inStytch = new Set(organizations.map(({ id }) => id));
  const strangers = organizations.filter(({ id }) => !linked.has(id)).map(({ id }) => id);
  const unlinked = teams
    .filter(({ enabled, organizationId }) => enabled && organizationId === null)
    .map(({ id }) => id);
  const dangling = teams.filter(({ organizationId }) => organizationId !== null && !inStytch.has(organizationId));
  const off = organizations.filter(({ id, hasScim }) => hasScim && linked.get(id)?.enabled === false);
  const findings = [
    about(
      strangers,
      'organizations without a team',
      'Set stytch_organization_id of their teams; nobody in them has access.',
    ),
    about(
      unlinked,
      'enabled teams without an organization',
      'Set their stytch_organization_id; they are not synchronised.',
    ),
    about(
      dangling.map(({ id }) => id),
      'teams whose organization Stytch does not know',
      'Correct stytch_organization_id, or look at `held`: an organization that was deleted is a hold.',
    ),
    about(
      off.map(({ id }) => linked.get(id)?.id ?? id),
      'teams with a SCIM connection that are not enabled',
      'npm run support -- enable <team> --reason "…"',
    ),
  ].filter((finding) => finding !== null);
  const fitting = counted(teams.length, 'team and its organization fit', 'teams and their organizations fit');
  return findings.length > 0 ? findings : [ok('teams', `${fitting} together`)];
}

function about(ids: readonly string[], what: string, next: string): Finding | null {
  if (ids.length === 0) return null;
  const shown = ids.slice(0, 5).join(', ');
  const finding = what.startsWith('teams whose') ? problem : warning;
  return finding('teams', `${ids.length} ${what}: ${shown}${ids.length > 5 ? ', …' : ''}`, next);
}
