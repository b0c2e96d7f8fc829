import { type Database, withDatabaseErrors } from '../database/database.js';
import { RequestProblem } from '../errors/request-problem.js';

export type FoundTeam = { id: string; name: string; organizationId: string | null; enabled: boolean };

/**
 * A team by its id, its Stytch organization's id, or its whole name.
 * @throws RequestProblem
 */
export async function findTeam(database: Database, text: string): Promise<FoundTeam> {
  const teams = await withDatabaseErrors(
    () => database.$queryRaw<FoundTeam[]>`
      SELECT id::text, name, stytch_organization_id AS "organizationId", sso_scim_enabled AS enabled FROM teams
      WHERE id::text = lower(${text}) OR stytch_organization_id = ${text} OR lower(name) = lower(${text})
      ORDER BY id LIMIT 3`,
  );
  const [team, another] = teams;
  if (team === undefined) {
    throw new RequestProblem(
      'not_found',
      `Scanner has no team ${text}. Give its id, its Stytch organization's id, or its exact name.`,
    );
  }
  if (another !== undefined) {
    throw new RequestProblem('ambiguous', `Several teams are called ${text}. Give the id of the one you mean.`);
  }
  return team;
}
