import type { FoundJob } from './failed-jobs.js';
import type { JobFacts } from './job-facts.js';
import type { ReplayParts } from './parts.js';
import { type Planned, type PlannedChange, previewMembers } from './preview-members.js';
import { previewTeam } from './preview-team.js';

export type Preview = { plan: { id: string; changes: PlannedChange[] }[]; skipped: { id: string; why: string }[] };

type Parts = Pick<
  ReplayParts,
  'database' | 'readMembers' | 'stytch' | 'searchLagMs' | 'memory' | 'rereads' | 'previewsTeams'
>;
type Previewed = Pick<FoundJob, 'facts' | 'shown'>;

/** As many as one search tells of. */
const membersAtOnce = 1_000;
/** The jobs of one team come in a row mostly, and it is read once; what it would change may be as much as it is large. */
const teamsKept = 5;

/**
 * What replaying these jobs would change now: asks Stytch and decides by the same plan as a worker, and writes nothing.
 * Each member of a portion and each team is asked for once, however many jobs name it.
 */
export async function* previewJobs(parts: Parts, slices: AsyncIterable<readonly Previewed[]>): AsyncGenerator<Preview> {
  const teams = new Map<string, Planned>();
  for await (const portion of portionsOf(slices)) yield await previewPortion(parts, teams, portion);
}

/** So many jobs that their members fit into one search; at least one, which names no more than that. */
async function* portionsOf(slices: AsyncIterable<readonly Previewed[]>): AsyncGenerator<Previewed[]> {
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
        ? together(facts.memberIds.map((memberId) => members.get(memberId)))
        : await ofTeam(parts, teams, facts, shown.teamId);
    if ('why' in planned) preview.skipped.push({ id: shown.id, why: planned.why });
    else preview.plan.push({ id: shown.id, changes: planned.changes });
  }
  return preview;
}

function wantedOf({ memberIds, organizationId }: JobFacts) {
  return memberIds.map((memberId) => ({ memberId, organizationId }));
}

function together(parts: readonly (Planned | undefined)[]): Planned {
  const changes: PlannedChange[] = [];
  for (const part of parts) {
    if (part === undefined) return { why: 'its member was not read' };
    if ('why' in part) return part;
    changes.push(...part.changes);
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
  // Of 100,000 people it would be a hundred searches, in the process that takes the webhooks.
  if (!parts.previewsTeams) {
    return { why: `it reads a whole team; what that changes: npm run support -- resync --team ${teamId} --dry-run` };
  }
  const planned = known.get(teamId) ?? (await previewTeam(parts, teamId));
  const [oldest] = known.keys();
  if (known.size >= teamsKept && oldest !== undefined) known.delete(oldest);
  known.set(teamId, planned);
  return planned;
}
