import { type Database, type Sql, sql, withDatabaseErrors } from '../../database/database.js';
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

/** All people with this e-mail, user id, member id or external id, in Scanner and in Stytch, within one team if it is given. */
export async function findPeople(parts: Parts, who: string, team: FoundTeam | null): Promise<FoundPeople> {
  const people = (await usersWith(parts, who, team?.id ?? null)).map(personOf);
  if (!who.includes('@')) return { people, stytchFailure: null };
  try {
    const known = new Set(people.map(({ memberId }) => memberId));
    const members = (await membersLike(parts, who, team)).filter(({ memberId }) => !known.has(memberId));
    return { people: [...people, ...members], stytchFailure: null };
  } catch (stytchFailure) {
    return { people, stytchFailure };
  }
}

/** The people of a list: those of the first screen. `more`: there are others. */
export type PeopleLike = { people: FoundPerson[]; more: boolean };

/** A screenful. With more, support types more of the name. */
const listedMax = 50;

/** All people whose name or e-mail contains the text, by name. */
export async function findPeopleLike({ database }: Parts, text: string, team: FoundTeam | null): Promise<PeopleLike> {
  const like = sql.piece`(position(lower(${text}) IN lower(u.name)) > 0 OR position(lower(${text}) IN lower(u.email)) > 0)`;
  const users = await readUsers(database, { like, teamId: team?.id ?? null, limit: listedMax + 1 });
  return { people: users.slice(0, listedMax).map(personOf), more: users.length > listedMax };
}

/** A member whom only Stytch knows. Null when Stytch does not know them either. */
export async function findMember(
  { database, stytch }: Pick<SupportParts, 'database' | 'stytch'>,
  memberId: string,
): Promise<FoundPerson | null> {
  const member = await stytch.getMember(memberId);
  const [person] = member === null ? [] : await peopleOf(database, [asRecord(member)]);
  return person ?? null;
}

/** Each is read from Stytch and shown on one screen. With more, support names the team. */
const peopleMax = 20;

type FoundUserRow = FoundUser & { organizationId: string | null; teamName: string; enabled: boolean };

function usersWith({ database }: Parts, who: string, teamId: string | null): Promise<FoundUserRow[]> {
  const like = sql.piece`(lower(u.email) = lower(${who}) OR u.stytch_member_id = ${who} OR u.id::text = lower(${who})
    OR u.scim_external_id = ${who})`;
  return readUsers(database, { like, teamId, limit: peopleMax });
}

function readUsers(
  database: Database,
  { like, teamId, limit }: { like: Sql; teamId: string | null; limit: number },
): Promise<FoundUserRow[]> {
  return withDatabaseErrors(
    () => database.$queryRaw<FoundUserRow[]>`
      SELECT u.id::text, u.team_id::text AS "teamId", u.stytch_member_id AS "memberId", u.email, u.name, u.status,
        u.scim_external_id AS "externalId", u.observed_at AS "observedAt", u.deactivated_at AS "deactivatedAt",
        t.stytch_organization_id AS "organizationId", t.name AS "teamName", t.sso_scim_enabled AS enabled
      FROM users u JOIN teams t ON t.id = u.team_id
      WHERE ${like} AND (${teamId}::uuid IS NULL OR u.team_id = ${teamId}::uuid)
      ORDER BY u.status, lower(COALESCE(NULLIF(u.name, ''), u.email)), u.created_at LIMIT ${limit}`,
  );
}

function personOf({ teamName, enabled, ...user }: FoundUserRow): FoundPerson {
  const { organizationId } = user;
  const team = { id: user.teamId, name: teamName, organizationId, enabled };
  return { user, memberId: user.memberId, organizationId, team };
}

async function membersLike(
  { database, lookups }: Parts,
  email: string,
  team: FoundTeam | null,
): Promise<FoundPerson[]> {
  const organizationIds = team === null ? await allOrganizations({ database, lookups }) : [team.organizationId];
  const searchable = organizationIds.filter((id) => id !== null);
  if (searchable.length === 0) return [];
  return peopleOf(database, (await lookups.membersByEmail(searchable, email)).map(asRecord));
}

/** Members with the team of their organization. */
async function peopleOf(database: Database, members: readonly Record<string, unknown>[]): Promise<FoundPerson[]> {
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
