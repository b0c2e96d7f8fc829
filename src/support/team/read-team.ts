import { providerOf, providers } from '../../admin/connection/providers.js';
import { withDatabaseErrors } from '../../database/database.js';
import { pluralize } from '../../text/pluralize.js';
import { timeText } from '../../text/time.js';
import { type FoundTeam, findTeam } from '../find-team.js';
import type { SupportParts } from '../parts.js';

/** A team at a glance. */
export type TeamGlance = FoundTeam & {
  active: number;
  deactivated: number;
  provider: string | null;
  sweptAt: Date | null;
  sweptMembers: number | null;
  quietSince: Date | null;
  suspectSince: Date | null;
  holdId: string | null;
};

/** @throws RequestProblem when there is no such team */
export async function readTeam({ database }: Pick<SupportParts, 'database'>, id: string): Promise<TeamGlance> {
  const team = await findTeam(database, id);
  const [row] = await withDatabaseErrors(
    () => database.$queryRaw<[Omit<TeamGlance, keyof FoundTeam>]>`
      SELECT
        (SELECT count(*)::int FROM users WHERE team_id = t.id AND status = 'active') AS active,
        (SELECT count(*)::int FROM users WHERE team_id = t.id AND status = 'deactivated') AS deactivated,
        (SELECT identity_provider FROM scim_connections WHERE team_id = t.id ORDER BY created_at DESC LIMIT 1) AS provider,
        s.swept_at AS "sweptAt", s.swept_members AS "sweptMembers", s.quiet_since AS "quietSince",
        s.suspect_since AS "suspectSince",
        (SELECT id::text FROM held_changes WHERE team_id = t.id AND resolution IS NULL) AS "holdId"
      FROM teams t LEFT JOIN team_syncs s ON s.team_id = t.id WHERE t.id = ${team.id}::uuid`,
  );
  return { ...team, ...row };
}

/** What a page says about a team. Pure. */
export function teamFacts(team: TeamGlance): [string, string][] {
  const at = (time: Date | null, none: string) => (time === null ? none : `${timeText(time)} UTC`);
  const members = team.sweptMembers === null ? '' : `, ${pluralize(team.sweptMembers, 'member')}`;
  return [
    ['Team id', team.id],
    ['Stytch organization', team.organizationId ?? 'none'],
    ['SSO and SCIM', team.enabled ? 'switched on' : 'not switched on'],
    ['Identity provider', team.provider === null ? 'not connected' : providers[providerOf(team.provider)].name],
    ['Active users', team.active.toLocaleString('en')],
    ['Deactivated users', team.deactivated.toLocaleString('en')],
    ['Last complete listing', `${at(team.sweptAt, 'none yet')}${members}`],
    ['Silent since', at(team.quietSince, 'not silent')],
  ];
}
