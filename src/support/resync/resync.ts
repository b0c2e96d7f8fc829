import { type ReasonedAct, recordAct } from '../../database/audit.js';
import { withDatabaseErrors } from '../../database/database.js';
import { describeFailure } from '../../errors/errors.js';
import { RequestProblem } from '../../errors/request-problem.js';
import { type PlannedChange, previewMembers } from '../../replay/preview-members.js';
import { reconcileMembers } from '../../sync/members/reconcile-members.js';
import { findTeam } from '../find-team.js';
import type { SupportParts } from '../parts.js';
import { findPeople } from '../why/find-people.js';
import { type ImportReport, type ImportSummary, importReport } from './import-report.js';

/** The changes that were made, or that a dry run would make. A team that a worker will read is `queued`. */
export type Resynced = {
  resynced: {
    teamId: string | null;
    memberId: string | null;
    result: string;
    changes: PlannedChange[];
    /** In a team's dry run: missing users, when they are too many to be deactivated at once. */
    held?: number;
    /** In a team's dry run: the people it would touch. */
    summary?: ImportSummary;
  }[];
  skipped: { id: string; why: string }[];
};

type TeamParts = Pick<SupportParts, 'database' | 'readMembers' | 'stytch' | 'searchLagMs' | 'memory' | 'rereads'>;

/** Has a worker read a whole team again. Sweeps of one team never run side by side, so two requests read it once. */
export async function resyncTeam(
  parts: Pick<TeamParts, 'database' | 'rereads'>,
  team: string,
  act: ReasonedAct,
): Promise<Resynced> {
  const teamId = await readableTeam(parts, team);
  await withDatabaseErrors(() => recordAct(parts.database, act, { action: 'resync', target: `team ${teamId}` }));
  await parts.rereads.team(teamId, { trigger: 'sweep' });
  return done({ teamId, memberId: null, result: 'queued', changes: [] });
}

/** What a read of the team would change now. */
export async function previewResyncTeam(parts: TeamParts, team: string): Promise<Resynced> {
  const teamId = await readableTeam(parts, team);
  const report = await importReport(parts, teamId);
  if ('why' in report) return skipped(teamId, report.why);
  const { changes, held, summary } = report;
  return done({ teamId, memberId: null, result: 'dry run', changes, held, summary });
}

/** The people whom a read of the team would touch, and those who have access without being in the directory. */
export async function reportTeam(parts: TeamParts, team: string): Promise<ImportReport> {
  const report = await importReport(parts, await readableTeam(parts, team));
  if ('why' in report) throw new RequestProblem('unavailable', `The team was not read: ${report.why}`);
  return report;
}

async function readableTeam({ database }: Pick<SupportParts, 'database'>, team: string): Promise<string> {
  const { id, organizationId } = await findTeam(database, team);
  if (organizationId !== null) return id;
  throw new RequestProblem(
    'conflict',
    `Team ${id} has no Stytch organization, so there is nothing to read. Link it first: link <team> <organization>.`,
  );
}

type UserParts = Pick<SupportParts, 'database' | 'readMembers' | 'lookups' | 'searchLagMs' | 'memory'>;

/**
 * Reads one person from Stytch now, and makes the database equal to it. It is a worker's plan and apply, in this process, so
 * that the answer is there at once.
 * @param who e-mail, user id or member id
 */
export async function resyncUser(
  parts: UserParts,
  who: string,
  team: string | null,
  act: ReasonedAct,
): Promise<Resynced> {
  const { memberId, organizationId } = await oneMember(parts, who, team);
  await withDatabaseErrors(() => recordAct(parts.database, act, { action: 'resync', target: `member ${memberId}` }));
  const look = { memberId, organizationId, occasions: [{ trigger: 'replay' as const }] };
  const result = (await reconcileMembers(parts, [look])).get(memberId);
  if (result === undefined || result instanceof Error) return skipped(memberId, describeFailure(result));
  const changes = result.changes.map((change) => ({ ...change, memberId }));
  return done({ teamId: result.teamId, memberId, result: words[result.outcome] ?? result.outcome, changes });
}

/** What a read of this person would change now. */
export async function previewResyncUser(parts: UserParts, who: string, team: string | null): Promise<Resynced> {
  const member = await oneMember(parts, who, team);
  const { memberId } = member;
  const planned = (await previewMembers(parts, [member])).get(memberId) ?? { why: 'it was not read' };
  if ('why' in planned) return skipped(memberId, planned.why);
  return done({ teamId: null, memberId, result: 'dry run', changes: planned.changes });
}

function done(one: Resynced['resynced'][number]): Resynced {
  return { resynced: [one], skipped: [] };
}

function skipped(id: string, why: string): Resynced {
  return { resynced: [], skipped: [{ id, why }] };
}

const words: Record<string, string> = {
  unchanged: 'already right',
  unknown_team: "skipped: Scanner has no team for the member's organization",
  unknown_member: 'already right: neither Scanner nor Stytch has the member',
};

async function oneMember(parts: UserParts, who: string, team: string | null) {
  const within = team === null ? null : await findTeam(parts.database, team);
  const { people, stytchFailure } = await findPeople(parts, who, within);
  if (people.length === 0 && stytchFailure !== null) throw stytchFailure;
  const members = people.flatMap(({ memberId, organizationId }) =>
    memberId === null ? [] : [{ memberId, organizationId }],
  );
  if (people.length === 0 && /^member-[\w-]+$/.test(who)) members.push({ memberId: who, organizationId: null });
  const [member, another] = members;
  if (another !== undefined) {
    const ids = members.map(({ memberId }) => memberId).join(', ');
    throw new RequestProblem('ambiguous', `Several members match: ${ids}. Give one of these ids, or --team.`);
  }
  if (member !== undefined) return member;
  throw new RequestProblem(
    'not_found',
    people.length > 0
      ? `${who} is a Scanner user without a Stytch member: nothing can be read. See \`why ${who}\`.`
      : `Neither Scanner nor Stytch knows ${who}. Check the spelling. A member's or a user's id is accepted, too.`,
  );
}
