import { providerOf, providers } from '../../admin/connection/providers.js';
import { withDatabaseErrors } from '../../database/database.js';
import { asRecord } from '../../directory/json.js';
import { directoryMemberOf, isSwitchedOff } from '../../directory/member.js';
import type { RoleValue } from '../../directory/role-values.js';
import { hasLag } from '../../directory/sync-event.js';
import { scimRoleName } from '../../directory/world.js';
import { describeFailure } from '../../errors/errors.js';
import type { FailedJob } from '../../replay/job-filter.js';
import { previewMembers } from '../../replay/preview-members.js';
import type { SupportParts } from '../parts.js';
import type { Cause, Grant, PastEvent, StytchAnswer, WhyFacts } from './facts.js';
import type { FoundPerson } from './find-people.js';

type Parts = Pick<SupportParts, 'database' | 'readMembers' | 'stytch' | 'searchLagMs' | 'memory'>;

/** Reads everything about one person. What Stytch does not answer is `unknown`; the rest is complete. */
export async function readWhy(parts: Parts, person: FoundPerson, failedJobs: FailedJob[]): Promise<WhyFacts> {
  const { memberId } = person;
  const [stytch, scanner, pending] = await Promise.all([
    askStytch(parts, memberId),
    withDatabaseErrors(() => readScanner(parts, person)),
    pendingOf(parts, memberId),
  ]);
  const said = [...scanner.values, ...(stytch.says === 'active' ? stytch.values : [])];
  const roles = await readRoleNames(parts.database, person.team?.id ?? null, said);
  return { ...person, stytch, ...scanner, roles, failedJobs, pending };
}

async function askStytch({ stytch }: Parts, memberId: string | null): Promise<StytchAnswer> {
  if (memberId === null) return { says: 'no member' };
  try {
    const answer = await stytch.getMember(memberId);
    if (answer === null) return { says: 'not found' };
    const status = String(asRecord(answer).status);
    const member = directoryMemberOf(answer);
    if (member.presence === 'gone') return { says: 'gone', status, isSwitchedOff: isSwitchedOff(asRecord(answer)) };
    return { says: 'active', status, values: member.roleValues, externalId: member.externalId };
  } catch (error) {
    return { says: 'unknown', why: describeFailure(error) };
  }
}

async function pendingOf(parts: Parts, memberId: string | null): Promise<WhyFacts['pending']> {
  if (memberId === null) return { changes: [] };
  const planned = await previewMembers(parts, [{ memberId, organizationId: null }]);
  return planned.get(memberId) ?? { why: 'the member was not read' };
}

const nobody = '00000000-0000-0000-0000-000000000000';

async function readScanner({ database }: Parts, { user, memberId, team }: FoundPerson) {
  const userId = user?.id ?? nobody;
  const teamId = team?.id ?? nobody;
  const [grants, grantsTotal, values, losses, events, held, sync, shared, revocation, connection] = await Promise.all([
    readGrants(database, userId),
    database.roleGrant.count({ where: { userId } }),
    database.idpRoleValue.findMany({ where: { userId }, orderBy: { value: 'asc' }, take: valuesMax }),
    readLosses(database, userId),
    readEvents(database, userId, memberId),
    database.heldChange.findFirst({
      where: { resolution: null, userIds: { has: userId } },
      select: { id: true, since: true }, // not the thousands of users who are held with this one
    }),
    database.teamSync.findUnique({ where: { teamId } }),
    database.sharedExternalId.count({ where: { teamId, externalId: user?.externalId ?? '' } }),
    database.sessionRevocation.findFirst({ where: { userId } }),
    database.scimConnection.findFirst({ where: { teamId }, orderBy: { createdAt: 'desc' } }),
  ]);
  return {
    ...{ grants, grantsTotal, losses, events },
    values: values.map(({ value, via }): RoleValue => ({ value, via: via as RoleValue['via'] })),
    held: held === null ? null : { id: held.id, since: held.since.toISOString() },
    hasSharedExternalId: shared > 0,
    sessionsPending: revocation === null ? null : { since: revocation.since.toISOString(), tries: revocation.tries },
    quietSince: sync?.quietSince?.toISOString() ?? null,
    identityProvider: connection === null ? null : idpName(connection.identityProvider),
  };
}

/** The name that people know; null for "other". */
function idpName(identityProvider: string): string | null {
  const provider = providerOf(identityProvider);
  return provider === 'generic' ? null : providers[provider].name;
}

/** The latest. `/api/scim/activity` has all. */
const eventsShown = 10;
/** Events of one person that are searched for a cause. Somebody may rename a role every second. */
const eventsMax = 1_000;
/** Grants of one person. Nobody should hold more. */
const grantsMax = 200;
/** Lost grants of one person, the latest. Nobody reads more. */
const lossesMax = 50;
/** Values of one person. Each is compared with the team's roles. */
const valuesMax = 1_000;
/** Role names that are compared for near misses. The exact matches are always among them. */
const rolesMax = 5_000;

async function readRoleNames(
  database: SupportParts['database'],
  teamId: string | null,
  said: readonly RoleValue[],
): Promise<string[]> {
  const exact = said.map(({ value }) => scimRoleName(value));
  const rows = await withDatabaseErrors(
    () => database.$queryRaw<{ name: string }[]>`
      SELECT name FROM roles WHERE team_id = ${teamId}::uuid AND name = ANY(${exact}::text[])
      UNION (SELECT name FROM roles WHERE team_id = ${teamId}::uuid ORDER BY name LIMIT ${rolesMax})`,
  );
  return rows.map(({ name }) => name);
}

type CauseRow = { at: Date | null; trigger: string | null; eventType: string | null; svixId: string | null };

/** Each grant with the latest event that gave it. */
async function readGrants(database: SupportParts['database'], userId: string): Promise<Grant[]> {
  const rows = await database.$queryRaw<(CauseRow & { role: string; source: string; grantedAt: Date })[]>`
    WITH latest AS (SELECT * FROM sync_events WHERE user_id = ${userId}::uuid ORDER BY id DESC LIMIT ${eventsMax}),
    granted AS (
      SELECT DISTINCT ON (c->>'roleId') c->>'roleId' AS role_id, applied_at AS at, trigger, event_type, svix_id
      FROM latest e CROSS JOIN LATERAL jsonb_array_elements(e.changes) c WHERE c->>'type' = 'role_granted'
      ORDER BY c->>'roleId', e.id DESC
    )
    SELECT r.name AS role, g.source, g.granted_at AS "grantedAt", e.at, e.trigger, e.event_type AS "eventType",
      e.svix_id AS "svixId"
    FROM role_grants g JOIN roles r ON r.id = g.role_id
    LEFT JOIN granted e ON e.role_id = r.id::text AND g.source = 'scim'
    WHERE g.user_id = ${userId}::uuid ORDER BY r.name, g.source LIMIT ${grantsMax}`;
  return rows.map(({ role, source, grantedAt, ...cause }) => ({
    ...{ role, source, grantedAt: grantedAt.toISOString(), cause: causeOf(cause) },
  }));
}

/** The latest loss of each role that the person does not hold today. */
async function readLosses(database: SupportParts['database'], userId: string): Promise<WhyFacts['losses']> {
  const rows = await database.$queryRaw<
    { role: string; at: Date; trigger: string; eventType: string | null; svixId: string | null }[]
  >`
    WITH latest AS (SELECT * FROM sync_events WHERE user_id = ${userId}::uuid ORDER BY id DESC LIMIT ${eventsMax}),
    lost AS (
      SELECT DISTINCT ON (c->>'role') c->>'role' AS role, e.id, applied_at AS at, trigger, event_type, svix_id
      FROM latest e CROSS JOIN LATERAL jsonb_array_elements(e.changes) c WHERE c->>'type' = 'role_revoked'
      ORDER BY c->>'role', e.id DESC
    )
    SELECT role, at, trigger, event_type AS "eventType", svix_id AS "svixId" FROM lost
    WHERE NOT EXISTS (SELECT 1 FROM role_grants g JOIN roles r ON r.id = g.role_id
      WHERE g.user_id = ${userId}::uuid AND r.name = lost.role)
    ORDER BY id DESC LIMIT ${lossesMax}`;
  return rows.map((row) => ({ ...row, at: row.at.toISOString() }));
}

/** Also the events from before Scanner had a user for the member. */
async function readEvents(
  database: SupportParts['database'],
  userId: string,
  memberId: string | null,
): Promise<PastEvent[]> {
  const events = await database.syncEvent.findMany({
    where: { OR: [{ userId }, { userId: null, stytchMemberId: memberId ?? '' }] },
    orderBy: { id: 'desc' },
    take: eventsShown,
  });
  return events.map(({ appliedAt, sentAt, trigger, eventType, svixId, outcome, changes }) => ({
    ...{ at: appliedAt.toISOString(), trigger, eventType, svixId, outcome, changes },
    lagSeconds:
      sentAt === null || !hasLag({ trigger, outcome })
        ? null
        : Math.max(0, (appliedAt.getTime() - sentAt.getTime()) / 1000),
  }));
}

function causeOf({ at, trigger, eventType, svixId }: CauseRow): Cause | null {
  if (at === null || trigger === null) return null;
  return { at: at.toISOString(), trigger, eventType, svixId };
}
