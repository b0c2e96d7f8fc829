import { unless } from '../errors/request-problem.js';
import { type FoundJob, failedJobs } from './failed-jobs.js';
import { findJob } from './find-job.js';
import type { JobFacts } from './job-facts.js';
import type { ReplayParts } from './parts.js';
import { type Planned, type PlannedChange, previewMembers } from './preview-members.js';
import { previewTeam } from './preview-team.js';
import { type Selection, type Skipped, unknownJob } from './start-replay.js';

export type Preview = { plan: { id: string; changes: PlannedChange[] }[]; skipped: Skipped[] };

type Parts = Pick<
  ReplayParts,
  'database' | 'readMembers' | 'stytch' | 'searchLagMs' | 'memory' | 'rereads' | 'previewsTeams'
>;
type Previewed = Pick<FoundJob, 'facts' | 'shown'>;

/** Members that one search returns. */
const membersAtOnce = 1_000;
/** Jobs of one team mostly follow each other, so few previews need to be kept. One may be as large as its team. */
const teamsKept = 5;

/** What a replay of chosen jobs, or of all failed jobs that match, would change now. Changes nothing. */
export async function* previewSelection(
  parts: Parts & Pick<ReplayParts, 'queues'>,
  selection: Selection,
): AsyncGenerator<Preview> {
  if ('filter' in selection) return yield* previewJobs(parts, failedJobs(parts, selection.filter));
  const skipped: Skipped[] = [];
  async function* chosen(ids: readonly string[]) {
    for (const id of new Set(ids)) {
      const job = await findJob(parts, id).catch((error) => unless(error, 'not_found'));
      if (job !== null) yield [job];
      else skipped.push({ id, why: unknownJob });
    }
  }
  yield* previewJobs(parts, chosen(selection.ids));
  if (skipped.length > 0) yield { plan: [], skipped };
}

type Slices = Iterable<readonly Previewed[]> | AsyncIterable<readonly Previewed[]>;

/**
 * What handling these jobs would change now: reads Stytch, makes the same plan as a worker, and writes nothing. Each member
 * of a portion, and each team, is read once, even if many jobs name it.
 */
export async function* previewJobs(parts: Parts, slices: Slices): AsyncGenerator<Preview> {
  const teams = new Map<string, Planned>();
  for await (const portion of portionsOf(slices)) yield await previewPortion(parts, teams, portion);
}

/** As many jobs as have members for one search. No job names more members than that. */
async function* portionsOf(slices: Slices): AsyncGenerator<Previewed[]> {
  let [portion, members]: [Previewed[], number] = [[], 0];
  for await (const slice of slices) {
    for (const { facts, shown } of slice) {
      const weight = Math.max(1, facts.memberIds.length);
      if (portion.length > 0 && members + weight > membersAtOnce) {
        yield portion;
        [portion, members] = [[], 0];
      }
      portion.push({ facts, shown });
      members += weight;
    }
  }
  if (portion.length > 0) yield portion;
}

async function previewPortion(parts: Parts, teams: Map<string, Planned>, jobs: readonly Previewed[]): Promise<Preview> {
  const members = await previewMembers(
    parts,
    jobs.flatMap(({ facts }) => (facts.about === 'members' ? wantedOf(facts) : [])),
  );
  const preview: Preview = { plan: [], skipped: [] };
  for (const { facts, shown } of jobs) {
    const planned =
      facts.about === 'members'
        ? mergePlans(facts.memberIds.map((memberId) => members.get(memberId)))
        : await ofTeam(parts, teams, facts, shown.teamId);
    if ('why' in planned) preview.skipped.push({ id: shown.id, why: planned.why });
    else preview.plan.push({ id: shown.id, changes: planned.changes });
  }
  return preview;
}

function wantedOf({ memberIds, organizationId }: JobFacts) {
  return memberIds.map((memberId) => ({ memberId, organizationId }));
}

function mergePlans(plans: readonly (Planned | undefined)[]): Planned {
  const changes: PlannedChange[] = [];
  for (const plan of plans) {
    if (plan === undefined) return { why: 'its member was not read' };
    if ('why' in plan) return plan;
    changes.push(...plan.changes);
  }
  return { changes };
}

async function ofTeam(
  parts: Parts,
  known: Map<string, Planned>,
  { about }: JobFacts,
  teamId: string | null,
): Promise<Planned> {
  if (about === 'every_team') {
    return { why: 'it reads every connected team; look at one of them with `resync --team <id> --dry-run`' };
  }
  if (about === 'nobody' || teamId === null) return { why: 'it concerns no team that Scanner knows' };
  // A team of 100,000 users would take a hundred searches, in the process that receives the webhooks.
  if (!parts.previewsTeams) {
    return { why: `it reads a whole team; what that changes: npm run support -- resync --team ${teamId} --dry-run` };
  }
  const planned = known.get(teamId) ?? (await previewTeam(parts, teamId));
  const [oldest] = known.keys();
  if (known.size >= teamsKept && oldest !== undefined) known.delete(oldest);
  known.set(teamId, planned);
  return planned;
}
