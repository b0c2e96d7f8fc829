import { withDatabaseErrors } from '../../database/database.js';
import type { OrganizationFacts } from '../../stytch/lookups.js';
import { pluralize } from '../../text/pluralize.js';
import type { SupportParts } from '../parts.js';
import { permissionFindings } from './check-permissions.js';
import { checked, checkedInDatabase, type Finding, ok, problem, unknown, warning } from './finding.js';

type Parts = Pick<SupportParts, 'database' | 'lookups'>;
/** Of a thousand organizations each. */
const pagesMax = 20;

/** Credentials, whether Stytch's organizations and Scanner's teams know each other, and who may use our pages. */
export async function checkStytch(parts: Parts, supportOrganizationId: string | undefined): Promise<Finding[]> {
  const next =
    'If it says 401: take STYTCH_PROJECT_ID and STYTCH_SECRET anew from the Stytch dashboard. Else look at status.stytch.com.';
  return checked('credentials', next, async () => {
    const listing = await allOrganizations(parts);
    const found = await Promise.all([
      checkedInDatabase('teams', () => checkTeams(parts, listing, supportOrganizationId)),
      checked('permissions', next, async () => {
        const projectRoles = await parts.lookups.projectRoles();
        return permissionFindings({ projectRoles, organizations: listing.organizations, supportOrganizationId });
      }),
    ]);
    const own = ownFindings(listing, supportOrganizationId);
    return [ok('credentials', 'Stytch takes them'), ...own, ...found.flat()];
  });
}

type Listing = { organizations: OrganizationFacts[]; isWhole: boolean };

async function allOrganizations({ lookups }: Parts): Promise<Listing> {
  const found: OrganizationFacts[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < pagesMax; page++) {
    const { organizations, nextCursor } = await lookups.organizations(cursor);
    found.push(...organizations);
    if (nextCursor === null) return { organizations: found, isWhole: true };
    cursor = nextCursor;
  }
  return { organizations: found, isWhole: false };
}

async function checkTeams(
  { database }: Parts,
  { organizations, isWhole }: Listing,
  supportOrganizationId: string | undefined,
): Promise<Finding[]> {
  if (!isWhole) {
    const next = 'Compare teams.stytch_organization_id with the list in the Stytch dashboard.';
    return [unknown('teams', `not compared: Stytch lists more than ${organizations.length} organizations`, next)];
  }
  const select = { id: true, stytchOrganizationId: true, ssoScimEnabled: true };
  const teams = await withDatabaseErrors(() => database.team.findMany({ select }));
  const known = teams.map(({ id, stytchOrganizationId, ssoScimEnabled }) => {
    return { id, organizationId: stytchOrganizationId, enabled: ssoScimEnabled };
  });
  const theirs = organizations.filter(({ id }) => id !== supportOrganizationId);
  return teamFindings(known, theirs);
}

function ownFindings({ organizations, isWhole }: Listing, supportOrganizationId: string | undefined): Finding[] {
  if (!isWhole || supportOrganizationId === undefined) return [];
  if (organizations.some(({ id }) => id === supportOrganizationId)) return [];
  const next =
    "Take the id of Scanner's own organization from the Stytch dashboard: until then nobody may use /support.";
  return [problem('addresses', 'SUPPORT_ORGANIZATION_ID is no organization of this Stytch project', next)];
}

export type TeamFacts = { id: string; organizationId: string | null; enabled: boolean };
type Named = Pick<OrganizationFacts, 'id' | 'hasScim'>;

/** Pure. */
export function teamFindings(teams: readonly TeamFacts[], organizations: readonly Named[]): Finding[] {
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
  const fitting = pluralize(teams.length, 'team and its organization fit', 'teams and their organizations fit');
  return findings.length > 0 ? findings : [ok('teams', `${fitting} together`)];
}

function about(ids: readonly string[], what: string, next: string): Finding | null {
  if (ids.length === 0) return null;
  const shown = ids.slice(0, 5).join(', ');
  const finding = what.startsWith('teams whose') ? problem : warning;
  return finding('teams', `${ids.length} ${what}: ${shown}${ids.length > 5 ? ', …' : ''}`, next);
}
