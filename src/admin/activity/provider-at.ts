import { type Database, withDatabaseErrors } from '../../database/database.js';
import { providerOf, providers } from '../connection/providers.js';
import type { ProviderAt } from './reason-words.js';

const unnamed = 'your identity provider';

/** The team's identity provider by name, for what happened since the connection exists. Earlier it may have been another one. */
export async function readProviderAt(database: Database, teamId: string): Promise<ProviderAt> {
  const connection = await withDatabaseErrors(() =>
    database.scimConnection.findFirst({
      where: { teamId, status: 'active' },
      orderBy: { createdAt: 'desc' },
      select: { identityProvider: true, createdAt: true, createdBy: true },
    }),
  );
  if (connection === null) return () => unnamed;
  const provider = providerOf(connection.identityProvider);
  const name = provider === 'generic' ? unnamed : providers[provider].name;
  const { createdAt, createdBy } = connection;
  const since = createdBy === null ? new Date(0) : createdAt; // made elsewhere, it is older than our row
  return (time) => (new Date(time) >= since ? name : unnamed);
}
