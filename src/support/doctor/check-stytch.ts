import { withDatabaseErrors } from '../../database/database.js';
import type { OrganizationFacts } from '../../stytch/lookups.js';
import { pluralize } from '../../text/pluralize.js';
import type { SupportParts } from '../parts.js';
import { type Check, check, type Finding, ok, problem, seeDatabase, unknown, warning } from './check.js';
import { permissionFindings } from './check-permissions.js';

type Parts = Pick<SupportParts, 'database' | 'lookups'>;
/** Of a thousand organizations each. */
const pagesMax = 20;

/** Credentials, whether Stytch's organizations and Scanner's teams match, and who may use our pages. */
export function stytchChecks(parts: Parts, supportOrganizationId: string | undefined): Check[] {
  const after = 'credentials';
  const next =
    'If it says 401: copy STYTCH_PROJECT_ID and STYTCH_SECRET again from the Stytch dashboard. Else look at status.stytch.com.';
  const listed = listOrganizations(parts);
  listed.catch(() => {}); // the check below reports it
  return [
    check(
      after,
      { next },
      () => listed,
      (listing) => [ok('credentials', 'Stytch accepts them'), ...ownFindings(listing, supportOrganizationId)],
    ),
    check(
      'teams',
      { next: seeDatabase, after },
      async () => ({ ...(await listed), teams: await readTeams(parts) }),
      (found) => matchFindings(found, supportOrganizationId),
    ),
    check(
      'permissions',
      { next, after },
      async () => ({ ...(await listed), projectRoles: await parts.lookups.projectRoles() }),
      (found) => permissionFindings({ ...found, supportOrganizationId }),
    ),
  ];
}

type Listing = { organizations: OrganizationFacts[]; isWhole: boolean };

async function listOrganizations({ lookups }: Parts): Promise<Listing> {
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

async function readTeams({ database }: Parts): Promise<TeamFacts[]> {
  const select = { id: true, stytchOrganizationId: true, ssoScimEnabled: true };
  const teams = await withDatabaseErrors(() => database.team.findMany({ select }));
  return teams.map(({ id, stytchOrganizationId, ssoScimEnabled }) => {
    return { id, organizationId: stytchOrganizationId, enabled: ssoScimEnabled };
  });
}

function matchFindings(
  { organizations, isWhole, teams }: Listing & { teams: TeamFacts[] },
  supportOrganizationId: string | undefined,
): Finding[] {
  const theirs = organizations.filter(({ id }) => id !== supportOrganizationId);
  if (isWhole) return teamFindings(teams, theirs);
  const next = 'Compare teams.stytch_organization_id with the list in the Stytch dashboard.';
  return [
    unknown('teams', `not compared: Stytch has more than ${pluralize(organizations.length, 'organization')}`, next),
  ];
}

function ownFindings({ organizations, isWhole }: Listing, supportOrganizationId: string | undefined): Finding[] {
  if (!isWhole || supportOrganizationId === undefined) return [];
  if (organizations.some(({ id }) => id === supportOrganizationId)) return [];
  const next =
    "Copy the id of Scanner's own organization from the Stytch dashboard. Without it nobody may use /support.";
  return [problem('addresses', 'SUPPORT_ORGANIZATION_ID is no organization of this Stytch project', next)];
}

export type TeamFacts = { id: string; organizationId: string | null; enabled: boolean };
type Named = Pick<OrganizationFacts, 'id' | 'hasScim'>;

/** Pure. */
export function teamFindings(teams: readonly TeamFacts[], organizations: readonly Named[]): Finding[] {
  const teamOf = new Map(teams.map((team) => [team.organizationId, team]));
  const inStytch = new Set<string | null>(organizations.map(({ id }) => id));
  const findings = [
    about(
      [warning, 'organization without a team', 'organizations without a team'],
      organizations.filter(({ id }) => !teamOf.has(id)),
      'Set stytch_organization_id of their teams; nobody in them has access.',
    ),
    about(
      [warning, 'enabled team without an organization', 'enabled teams without an organization'],
      teams.filter(({ enabled, organizationId }) => enabled && organizationId === null),
      'Set their stytch_organization_id; they are not synchronised.',
    ),
    about(
      [problem, 'team whose organization Stytch does not know', 'teams whose organization Stytch does not know'],
      teams.filter(({ organizationId }) => organizationId !== null && !inStytch.has(organizationId)),
      'Correct stytch_organization_id, or look at `held`: an organization that was deleted is a hold.',
    ),
    about(
      [warning, 'team with a SCIM connection that is not enabled', 'teams with a SCIM connection that are not enabled'],
      organizations.flatMap(({ id, hasScim }) => {
        const team = teamOf.get(id);
        return hasScim && team?.enabled === false ? [team] : [];
      }),
      'npm run support -- enable <team> --reason "…"',
    ),
  ].flat();
  const matching = pluralize(teams.length, 'team and its organization match', 'teams and their organizations match');
  return findings.length > 0 ? findings : [ok('teams', matching)];
}

function about(
  [finding, one, many]: [typeof warning, one: string, many: string],
  found: readonly { id: string }[],
  next: string,
): Finding[] {
  if (found.length === 0) return [];
  const shown = found.slice(0, 5).map(({ id }) => id);
  return [
    finding(
      'teams',
      `${pluralize(found.length, one, many)}: ${shown.join(', ')}${found.length > 5 ? ', …' : ''}`,
      next,
    ),
  ];
}
