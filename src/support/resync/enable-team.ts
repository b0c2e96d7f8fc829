import { type ReasonedAct, recordAct } from '../../database/audit.js';
import { withDatabaseErrors } from '../../database/database.js';
import { findTeam } from '../find-team.js';
import type { SupportParts } from '../parts.js';

export type Enabled = { teamId: string; result: 'enabled' | 'already enabled'; next: string | null };

/** Switches SSO and SCIM on for a team, and has it read at once. Doing it twice changes nothing and says so. */
export async function enableTeam(
  { database, rereads }: Pick<SupportParts, 'database' | 'rereads'>,
  team: string,
  act: ReasonedAct,
): Promise<Enabled> {
  const { id: teamId, organizationId } = await findTeam(database, team);
  const changed = await withDatabaseErrors(() =>
    database.$transaction(async (tx) => {
      const { count } = await tx.team.updateMany({
        where: { id: teamId, ssoScimEnabled: false },
        data: { ssoScimEnabled: true },
      });
      if (count > 0) await recordAct(tx, act, { action: 'enable', target: `team ${teamId}` });
      return count > 0;
    }),
  );
  const next =
    organizationId === null
      ? 'The team has no Stytch organization yet: link it (link <team> <organization>), then it is synchronised.'
      : null;
  if (organizationId !== null) await rereads.team(teamId, { trigger: 'sweep' });
  return { teamId, result: changed ? 'enabled' : 'already enabled', next };
}
