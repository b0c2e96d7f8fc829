import { type ReasonedAct, recordAct } from '../../database/audit.js';
import { databaseProblem, withDatabaseErrors } from '../../database/database.js';
import { RequestProblem } from '../../errors/request-problem.js';
import { findTeam } from '../find-team.js';
import type { SupportParts } from '../parts.js';

export type Linked = {
  teamId: string;
  organizationId: string;
  result: 'linked' | 'already linked';
  next: string | null;
};

/** The longest id that is worth a question to Stytch. Its own have 54 characters. */
const longestId = 128;

/**
 * Links a team to its Stytch organization, after Stytch has confirmed that it exists. If SCIM is on, the team is read at once.
 * Doing it twice changes nothing and says so. A team that has another organization is refused: all its people would be missing.
 */
export async function linkTeam(
  { database, lookups, rereads }: Pick<SupportParts, 'database' | 'lookups' | 'rereads'>,
  link: { team: string; organization: string },
  act: ReasonedAct,
): Promise<Linked> {
  const { organization: organizationId } = link;
  const { id: teamId, organizationId: former, enabled } = await findTeam(database, link.team);
  const next = enabled
    ? null
    : `See who would be linked (resync --team ${teamId} --dry-run), then switch SCIM on (enable ${teamId}).`;
  if (former === organizationId) return { teamId, organizationId, result: 'already linked', next };
  if (former !== null) {
    throw new RequestProblem(
      'conflict',
      `Team ${teamId} has the organization ${former} already. With another one, all its people would be missing. Nothing was changed.`,
    );
  }
  await requireKnown(lookups, organizationId);
  await writeLink({ database }, { teamId, organizationId }, act);
  if (enabled) await rereads.team(teamId, { trigger: 'sweep' });
  return { teamId, organizationId, result: 'linked', next };
}

async function requireKnown(lookups: SupportParts['lookups'], organizationId: string): Promise<void> {
  const isId = /^[\w-]+$/.test(organizationId) && organizationId.length <= longestId;
  if (isId && (await lookups.organization(organizationId)) !== null) return;
  throw new RequestProblem(
    'not_found',
    `Stytch has no organization ${organizationId}. Copy its id (organization-…) from Stytch's dashboard, of the project that STYTCH_PROJECT_ID names.`,
  );
}

/** The link and its record, or neither. Two requests at once: the second one finds the team linked. */
async function writeLink(
  { database }: Pick<SupportParts, 'database'>,
  { teamId, organizationId }: { teamId: string; organizationId: string },
  act: ReasonedAct,
): Promise<void> {
  const write = database.$transaction(async (tx) => {
    const { count } = await tx.team.updateMany({
      where: { id: teamId, stytchOrganizationId: null },
      data: { stytchOrganizationId: organizationId },
    });
    if (count === 0) throw new RequestProblem('conflict', `Team ${teamId} was linked meanwhile. Look at it again.`);
    await recordAct(tx, act, { action: 'link', target: `team ${teamId}`, details: { teamId, organizationId } });
  });
  await withDatabaseErrors(() =>
    write.catch((error) => {
      if (!['23505', 'P2002', 'UniqueConstraintViolation'].includes(databaseProblem(error).code)) throw error;
      throw new RequestProblem('conflict', `Another team has the organization ${organizationId} already.`);
    }),
  );
}
