import { withDatabaseErrors } from '../../database/database.js';
import { idOrNull } from '../../directory/ids.js';
import { asRecord } from '../../directory/json.js';
import type { FoundTeam } from '../find-team.js';
import type { SupportParts } from '../parts.js';

/** A user of Scanner, a member of Stytch, or (mostly) both. */
export type FoundPerson = {
  user: FoundUser | null;
  memberId: string | null;
  /** The team's organization, else the member's. */
  organizationId: string | null;
  team: FoundTeam | null;
};

export type FoundUser = {
  id: string;
  teamId: string;
  memberId: string | null;
  email: string;
  name: string;
  status: 'active' | 'deactivated';
  externalId: string | null;
  observedAt: Date | null;
  deactivatedAt: Date | null;
};

type Parts = Pick<SupportParts, 'database' | 'lookups'>;

/** `stytchFailure`: why Stytch could not be searched. People whom Scanner knows are found in any case. */
export type FoundPeople = { people: FoundPerson[]; stytchFailure: unknown };

/** All people with this e-mail, user id or member id, in Scanner and in Stytch, within one team if it is given. */
export async function findPeople(parts: Parts, who: string, team: FoundTeam | null): Promise<FoundPeople> {
  const users = await usersLike(parts, who, team?.id ?? null);
  const people = users.map(({ teamName, enabled, ...user }): FoundPerson => {
    const { organizationId } = user;
    const team = { id: user.teamId, name: teamName, organizationId, enabled };
    return { user, memberId: user.memberId, organizationId, team };
  });
  if (!who.includes('@')) return { people, stytchFailure: null };
  try {
    const known = new Set(users.map(({ memberId }) => memberId));
    const members = (await membersLike(parts, who, team)).filter(({ memberId }) => !known.has(memberId));
    return { people: [...people, ...members], stytchFailure: null };
  } catch (stytchFailure) {
    return { people, stytchFailure };
  }
}

/** Each is read from Stytch and shown on one screen. With more, support names the team. */
const peopleMax = 20;

type FoundUserRow = FoundUser & { organizationId: string | null; teamName: string; enabled: boolean };

async function usersLike({ database }: Parts, who: string, teamId: string | null) {
  return withDatabaseErrors(
    () => database.$queryRaw<FoundUserRow[]>`
      SELECT u.id::text, u.team_id::text AS "teamId", u.stytch_member_id AS "memberId", u.email, u.name, u.status,
        u.scim_external_id AS "externalId", u.observed_at AS "observedAt", u.deactivated_at AS "deactivatedAt",
        t.stytch_organization_id AS "organizationId", t.name AS "teamName", t.sso_scim_enabled AS enabled
      FROM users u JOIN teams t ON t.id = u.team_id
      WHERE (lower(u.email) = lower(${who}) OR u.stytch_member_id = ${who} OR u.id::text = lower(${who}))
        AND (${teamId}::uuid IS NULL OR u.team_id = ${teamId}::uuid)
      ORDER BY u.status, u.created_at LIMIT ${peopleMax}`,
  );
}

async function membersLike(
  { database, lookups }: Parts,
  email: string,
  team: FoundTeam | null,
): Promise<FoundPerson[]> {
  const organizationIds = team === null ? await allOrganizations({ database, lookups }) : [team.organizationId];
  const searchable = organizationIds.filter((id) => id !== null);
  if (searchable.length === 0) return [];
  const members = (await lookups.membersByEmail(searchable, email)).map(asRecord);
  const teams = await withDatabaseErrors(() =>
    database.team.findMany({ where: { stytchOrganizationId: { in: members.map((m) => String(m.organization_id)) } } }),
  );
  return members.map((member) => {
    const organizationId = idOrNull(member.organization_id);
    const own = teams.find(({ stytchOrganizationId }) => stytchOrganizationId === organizationId);
    const team = own ? { id: own.id, name: own.name, organizationId, enabled: own.ssoScimEnabled } : null;
    return { user: null, memberId: idOrNull(member.member_id), organizationId, team };
  });
}

/** Of a thousand organizations each. A page costs a call; with more, support names the team. */
const organizationPagesMax = 10;
/** A thousand cost a search. With more teams, support names the one (`--team`). */
const teamsMax = 20_000;

/** Also those without a team: that is a reason why somebody lacks access. */
async function allOrganizations({ database, lookups }: Parts): Promise<string[]> {
  const teams = await withDatabaseErrors(() =>
    database.team.findMany({
      where: { stytchOrganizationId: { not: null } },
      select: { stytchOrganizationId: true },
      take: teamsMax,
    }),
  );
  const known = new Set(teams.map(({ stytchOrganizationId }) => String(stytchOrganizationId)));
  let cursor: string | undefined;
  for (let page = 0; page < organizationPagesMax; page++) {
    const { organizations, nextCursor } = await lookups.organizations(cursor);
    for (const { id } of organizations) known.add(id);
    if (nextCursor === null) break;
    cursor = nextCursor;
  }
  return [...known];
}
