import { type Database, withDatabaseErrors } from '../../database/database.js';
import type { StytchLookups } from '../../stytch/lookups.js';

export type TokenExpiryDependencies = { database: Database; lookups: Pick<StytchLookups, 'organizations'> };

/** A listing that repeats itself ends here: a hundred thousand organizations. */
const organizationPagesMax = 100;

/**
 * Notes when the bearer token of each SCIM connection expires. Stytch sends no event when it does, and the identity provider
 * then only falls silent. It may run at any time and twice: it writes what Stytch says now, where that differs.
 * @returns how many rows changed
 */
export async function readTokenExpiry({ database, lookups }: TokenExpiryDependencies): Promise<number> {
  let changed = 0;
  let cursor: string | undefined;
  for (let page = 0; page < organizationPagesMax; page++) {
    const { organizations, nextCursor } = await lookups.organizations(cursor);
    const withScim = organizations.filter(({ hasScim }) => hasScim);
    changed += await noteExpiry(
      database,
      withScim.map(({ id }) => id),
      withScim.map(({ tokenExpiresAt }) => tokenExpiresAt),
    );
    if (nextCursor === null) break;
    cursor = nextCursor;
  }
  return changed;
}

function noteExpiry(database: Database, organizationIds: string[], expiresAt: (string | null)[]): Promise<number> {
  return withDatabaseErrors(
    () => database.$executeRaw`
      UPDATE scim_connections c SET bearer_token_expires_at = said.expires_at
      FROM unnest(${organizationIds}::text[], ${expiresAt}::timestamptz[]) AS said (organization_id, expires_at)
      JOIN teams t ON t.stytch_organization_id = said.organization_id
      WHERE c.team_id = t.id AND c.status = 'active' AND c.bearer_token_expires_at IS DISTINCT FROM said.expires_at`,
  );
}
