import { readingDatabase } from '../database.js';
import { asRecord } from '../directory/json.js';
import { directoryMemberOf } from '../directory/member.js';
import type { RoleValue } from '../directory/role-values.js';
import { describeFailure } from '../failures.js';
import { failedJobs } from './failed-jobs.js';
import type { FoundPerson } from './find-people.js';
import type { FoundTeam } from './find-team.js';
import type { SupportParts } from './parts.js';
import { type PlannedChange, previewMembers } from './preview-members.js';
import type { Cause, Grant, PastEvent, StytchAnswer, WhyFacts } from './why-facts.js';

type Parts = Pick<SupportParts, 'database' | 'readMembers' | 'stytch' | 'queues' | 'searchLagMs' | 'memory'>;

/** Everything about one person. What can't be read is said to be unknown; the rest is told all the same. */
export async function readWhy(parts: Parts, person: FoundPerson): Promise<WhyFacts> {
  const { user, memberId, organizationId, teamId } = person;
  const [team, stytch, scanner, jobs, pending] = await Promise.all([
    teamOf(parts, teamId),
    askStytch(parts, memberId),
    readScanner(parts, { userId: user?.id ?? null, memberId, teamId, externalId: user?.externalId ?? null }),
    failedJobsOf(parts, memberId),
    pendingOf(parts, memberId),
  ]);
  return { team, organizationId, user, memberId, stytch, ...scanner, failedJobs: jobs, pending };
}

async function teamOf({ database }: Parts, teamId: string | null): Promise<FoundTeam | null> {
  if (teamId === null) return null;
  const team = await readingDatabase(() => database.team.findUnique({ where: { id: teamId } }));
  if (team === null) return null;
  return { id: team.id, name: team.name, organizationId: team.stytchOrganizationId, enabled: team.ssoScimEnabled };
}

async function askStytch({ stytch }: Parts, memberId: string | null): Promise<StytchAnswer> {
  if (memberId === null) return { says: 'no member' };
  try {
    const answer = await stytch.getMember(memberId);
    if (answer === null) return { says: 'not found' };
    const status = String(asRecord(answer).status);
    const member = directoryMemberOf(answer);
    if (member.presence === 'gone') return { says: 'gone', status };
    return { says: 'active', status, values: member.roleValues, externalId: member.externalId };
  } catch (error) {
    return { says: 'unknown', why: describeFailure(error) };
  }
}

async function pendingOf(
  parts: Parts,
  memberId: string | null,
): Promise<{ changes: PlannedChange[] } | { why: string }> {
  if (memberId === null) return { changes: [] };
  const planned = await previewMembers(parts, [{ memberId, organizationId: null }]);
  return planned.get(memberId) ?? { why: 'the member was not read' };
}

/** Jobs that name this member, alone or among others. */
async function failedJobsOf(parts: Parts, memberId: string | null) {
  if (memberId === null) return [];
  const jobs = await failedJobs(parts);
  return jobs.filter(({ facts }) => facts.memberIds.includes(memberId)).map(({ shown }) => shown);
}

type ScannerFacts = Omit<
  WhyFacts,
  'team' | 'organizationId' | 'user' | 'memberId' | 'stytch' | 'failedJobs' | 'pending'
>;

type Known = Record<'userId' | 'memberId' | 'teamId' | 'externalId', string | null>;

async function readScanner({ database }: Parts, known: Known): Promise<ScannerFacts> {
  const { userId, memberId, teamId, externalId } = known;
  const grants = await readGrants(database, userId);
  const [roles, values, lost, events, held, sync, shared, revocation] = await readingDatabase(() =>
    Promise.all([
      database.role.findMany({ where: { teamId: teamId ?? nobody }, select: { name: true } }),
      database.idpRoleValue.findMany({ where: { userId: userId ?? nobody }, orderBy: { value: 'asc' } }),
      readLosses(database, userId),
      readEvents(database, userId, memberId),
      database.heldChange.findFirst({ where: { resolution: null, userIds: { has: userId ?? nobody } } }),
      database.teamSync.findUnique({ where: { teamId: teamId ?? nobody } }),
      database.sharedExternalId.count({ where: { teamId: teamId ?? nobody, externalId: externalId ?? '' } }),
      database.sessionRevocation.findFirst({ where: { userId: userId ?? nobody } }),
    ]),
  );
  const holds = new Set(grants.map(({ role }) => role));
  return {
    grants,
    events,
    roles: roles.map(({ name }) => name),
    values: values.map(({ value, via }): RoleValue => ({ value, via: via as RoleValue['via'] })),
    losses: lost.filter(({ role }) => !holds.has(role)),
    held: held === null ? null : { id: held.id, since: held.since.toISOString() },
    hasSharedExternalId: shared > 0,
    sessionsPending: revocation === null ? null : { since: revocation.since.toISOString(), tries: revocation.tries },
    quietSince: sync?.quietSince?.toISOString() ?? null,
  };
}

const nobody = '00000000-0000-0000-0000-000000000000';
const eventsShown = 10;

type CauseRow = { at: Date | null; trigger: string | null; eventType: string | null; svixId: string | null };

/** Each grant with the latest event that gave it. */
async function readGrants(database: SupportParts['database'], userId: string | null): Promise<Grant[]> {
  const rows = await readingDatabase(
    () => database.$queryRaw<(CauseRow & { role: string; source: string; grantedAt: Date })[]>`
      SELECT r.name AS role, g.source, g.granted_at AS "grantedAt", e.at, e.trigger, e."eventType", e."svixId"
      FROM role_grants g JOIN roles r ON r.id = g.role_id
      LEFT JOIN LATERAL (
        SELECT applied_at AS at, trigger, event_type AS "eventType", svix_id AS "svixId" FROM sync_events
        WHERE user_id = g.user_id AND g.source = 'scim'
          AND changes @> jsonb_build_array(jsonb_build_object('type', 'role_granted', 'roleId', r.id))
        ORDER BY id DESC LIMIT 1
      ) e ON true
      WHERE g.user_id = ${userId}::uuid ORDER BY r.name, g.source`,
  );
  return rows.map(({ role, source, grantedAt, ...cause }) => ({
    ...{ role, source, grantedAt: grantedAt.toISOString(), cause: causeOf(cause) },
  }));
}

async function readLosses(database: SupportParts['database'], userId: string | null) {
  const rows = await database.$queryRaw<(CauseRow & { role: string })[]>`
    SELECT DISTINCT ON (c->>'role') c->>'role' AS role, applied_at AS at, trigger, event_type AS "eventType",
      svix_id AS "svixId"
    FROM sync_events e CROSS JOIN LATERAL jsonb_array_elements(e.changes) c
    WHERE e.user_id = ${userId}::uuid AND c->>'type' = 'role_revoked'
    ORDER BY c->>'role', e.id DESC`;
  return rows.flatMap(({ role, ...row }) => {
    const cause = causeOf(row);
    return cause === null ? [] : [{ role, ...cause }];
  });
}

/** The events from before Scanner had a user for the member count too. */
async function readEvents(
  database: SupportParts['database'],
  userId: string | null,
  memberId: string | null,
): Promise<PastEvent[]> {
  const own = { userId: userId ?? nobody };
  const before = { userId: null, stytchMemberId: memberId ?? '' };
  const events = await database.syncEvent.findMany({
    where: { OR: [own, before] },
    orderBy: { id: 'desc' },
    take: eventsShown,
  });
  return events.map(({ appliedAt, sentAt, trigger, eventType, svixId, outcome, changes }) => ({
    ...{ at: appliedAt.toISOString(), trigger, eventType, svixId, outcome, changes },
    lagSeconds: sentAt === null ? null : (appliedAt.getTime() - sentAt.getTime()) / 1000,
  }));
}

function causeOf({ at, trigger, eventType, svixId }: CauseRow): Cause | null {
  if (at === null || trigger === null) return null;
  return { at: at.toISOString(), trigger, eventType, svixId };
}
