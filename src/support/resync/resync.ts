import { type ReasonedAct, recordAct } from '../../database/audit.js';
import { withDatabaseErrors } from '../../database/database.js';
import { describeFailure } from '../../errors/errors.js';
import { RequestProblem } from '../../errors/request-problem.js';
import { type PlannedChange, previewMembers } from '../../replay/preview-members.js';
import { previewTeam } from '../../replay/preview-team.js';
import { reconcileMembers } from '../../sync/members/reconcile-members.js';
import { type FoundTeam, findTeam } from '../find-team.js';
import type { SupportParts } from '../parts.js';
import { findPeople } from '../why/find-people.js';

/** With changes: what was changed, or in a dry run would be; a team that was asked to be read answers `queued`. */
export type Resynced = {
  resynced: {
    teamId: string | null;
    memberId: string | null;
    result: string;
    changes: PlannedChange[];
    /** Of a team's dry run: users who are missing, and too many at once to be deactivated. */
    held?: number;
  }[];
  skipped: { id: string; why: string }[];
};

/** Has a whole team read again, by a worker; sweeps of one team never run side by side, so asking twice reads it once. */
export async function resyncTeam(
  parts: Pick<SupportParts, 'database' | 'rereads'>,
  team: string,
  act: ReasonedAct,
): Promise<Resynced> {
  const { id: teamId, organizationId } = await findTeam(parts.database, team);
  if (organizationId === null) throw withoutOrganization(teamId);
  await withDatabaseErrors(() => recordAct(parts.database, act, { action: 'resync', target: `team ${teamId}` }));
  await parts.rereads.team(teamId, { trigger: 'sweep' });
  return { resynced: [{ teamId, memberId: null, result: 'queued', changes: [] }], skipped: [] };
}

/** What reading the team again would change now. */
export async function previewResyncTeam(
  parts: Pick<SupportParts, 'database' | 'readMembers' | 'stytch' | 'searchLagMs' | 'memory' | 'rereads'>,
  team: string,
): Promise<Resynced> {
  const { id: teamId, organizationId } = await findTeam(parts.database, team);
  if (organizationId === null) throw withoutOrganization(teamId);
  const planned = await previewTeam(parts, teamId);
  if ('why' in planned) return { resynced: [], skipped: [{ id: teamId, why: planned.why }] };
  const { changes, held = 0 } = planned;
  return { resynced: [{ teamId, memberId: null, result: 'dry run', changes, held }], skipped: [] };
}

type UserParts = Pick<SupportParts, 'database' | 'readMembers' | 'lookups' | 'searchLagMs' | 'memory'>;

/**
 * Reads one person from Stytch now, and makes the database equal to it: by a worker's plan and apply, here, so that the
 * answer is there at once.
 * @param who e-mail, user id or member id
 */
export async function resyncUser(
  parts: UserParts,
  who: string,
  team: string | null,
  act: ReasonedAct,
): Promise<Resynced> {
  const person = await oneMember(parts, who, team);
  const target = `member ${person.memberId}`;
  await withDatabaseErrors(() => recordAct(parts.database, act, { action: 'resync', target }));
  const look = { ...person, occasions: [{ trigger: 'replay' as const }] };
  const settled = await reconcileMembers(parts, [look]);
  const result = settled.get(person.memberId);
  if (result === undefined || result instanceof Error) {
    return { resynced: [], skipped: [{ id: person.memberId, why: describeFailure(result) }] };
  }
  const changes = result.changes.map((change) => ({ ...change, memberId: person.memberId }));
  const word = words[result.outcome] ?? result.outcome;
  return {
    resynced: [{ teamId: result.teamId, memberId: person.memberId, result: word, changes }],
    skipped: [],
  };
}

export async function previewResyncUser(parts: UserParts, who: string, team: string | null): Promise<Resynced> {
  const { memberId, ...person } = await oneMember(parts, who, team);
  const planned = (await previewMembers(parts, [{ memberId, ...person }])).get(memberId) ?? { why: 'it was not read' };
  if ('why' in planned) return { resynced: [], skipped: [{ id: memberId, why: planned.why }] };
  return { resynced: [{ teamId: null, memberId, result: 'dry run', changes: planned.changes }], skipped: [] };
}

const words: Record<string, string> = {
  unchanged: 'already right',
  unknown_team: "skipped: Scanner has no team for the member's organization",
  unknown_member: 'already right: neither Scanner nor Stytch has the member',
};

async function oneMember(parts: UserParts, who: string, team: string | null) {
  const within: FoundTeam | null = team === null ? null : await findTeam(parts.database, team);
  const { people, stytchFailure } = await findPeople(parts, who, within);
  if (people.length === 0 && stytchFailure !== null) throw stytchFailure;
  const members = people.flatMap(({ memberId, organizationId }) =>
    memberId === null ? [] : [{ memberId, organizationId }],
  );
  if (people.length === 0 && /^member-[\w-]+$/.test(who)) members.push({ memberId: who, organizationId: null });
  const [person, another] = members;
  if (person === undefined) throw new RequestProblem('not_found', missing(who, people.length > 0));
  if (another !== undefined) {
    const ids = members.map(({ memberId }) => memberId).join(', ');
    throw new RequestProblem('ambiguous', `Several members are meant: ${ids}. Give one of these ids, or --team.`);
  }
  return person;
}

function missing(who: string, isUnlinked: boolean): string {
  return isUnlinked
    ? `${who} is a Scanner user that no Stytch member stands behind: nothing can be read. See \`why ${who}\`.`
    : `Neither Scanner nor Stytch knows ${who}. Check the spelling; a member's or a user's id will do too.`;
}

function withoutOrganization(teamId: string): RequestProblem {
  return new RequestProblem(
    'conflict',
    `Team ${teamId} has no Stytch organization, so there is nothing to read. Set teams.stytch_organization_id first.`,
  );
}
