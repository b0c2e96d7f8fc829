import type { FoundJob } from './failed-jobs.js';
import type { JobFacts } from './job-facts.js';
import type { SupportParts } from './parts.js';
import { type Planned, type PlannedChange, previewMembers } from './preview-members.js';
import { previewTeam } from './preview-team.js';

export type Preview = { plan: { id: string; changes: PlannedChange[] }[]; skipped: { id: string; why: string }[] };

type Parts = Pick<SupportParts, 'database' | 'readMembers' | 'stytch' | 'searchLagMs' | 'memory' | 'rereads'>;

/**
 * What replaying these jobs would change now: asks Stytch and decides by the same plan as a worker, and writes nothing.
 * Each member and each team is asked for once, however many jobs name it.
 */
export async function previewJobs(parts: Parts, jobs: readonly Pick<FoundJob, 'facts' | 'shown'>[]) {
  const members = await previewMembers(
    parts,
    jobs.flatMap(({ facts }) => (facts.about === 'members' ? wantedOf(facts) : [])),
  );
  const teams = new Map<string, Planned>();
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
  const planned = known.get(teamId) ?? (await previewTeam(parts, teamId));
  known.set(teamId, planned);
  return planned;
}
