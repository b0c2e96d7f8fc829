import type { LiveConnection } from '../../stytch/connections.js';
import { type ProviderId, providerOf, providers } from './providers.js';

/** A connection as in our row. */
export type ConnectionRow = {
  id: string;
  identityProvider: string;
  displayName: string;
  baseUrl: string;
  bearerTokenLastFour: string;
  status: string;
};

export type ConnectionChange =
  | { change: 'found'; live: LiveConnection; identityProvider: ProviderId }
  | { change: 'updated'; live: LiveConnection; identityProvider: ProviderId; what: readonly string[] }
  | { change: 'gone'; id: string };

/**
 * The changes to a team's connection that our rows lack: it was created, changed or deleted in Stytch's dashboard, or by us
 * with a lost answer. Stytch is right. Pure. Applied twice, or concurrently, it ends in the same rows.
 */
export function connectionChanges(rows: readonly ConnectionRow[], live: LiveConnection | null): ConnectionChange[] {
  const gone = rows.filter((row) => row.status === 'active' && row.id !== live?.id);
  const changes: ConnectionChange[] = gone.map(({ id }) => ({ change: 'gone', id }));
  if (live === null) return changes;
  const row = rows.find(({ id }) => id === live.id);
  const identityProvider = chosenProvider(row, live);
  if (row === undefined) return [...changes, { change: 'found', live, identityProvider }];
  const what = differences(row, live, identityProvider);
  return what.length === 0 ? changes : [...changes, { change: 'updated', live, identityProvider, what }];
}

/** Stytch has one value, `generic`, for Google and several others. Only our row knows which one it is. */
export function chosenProvider(
  row: Pick<ConnectionRow, 'identityProvider'> | undefined,
  live: LiveConnection,
): ProviderId {
  const chosen = providerOf(row?.identityProvider ?? '');
  const isUnchanged = row !== undefined && providers[chosen].stytch === live.identityProvider;
  return isUnchanged ? chosen : providerOf(live.identityProvider);
}

function differences(row: ConnectionRow, live: LiveConnection, identityProvider: ProviderId): string[] {
  const pairs: [string, string, string][] = [
    ['status', row.status, 'active'],
    ['display name', row.displayName, live.displayName],
    ['identity provider', row.identityProvider, identityProvider],
    ['base URL', row.baseUrl, live.baseUrl],
    ['bearer token', row.bearerTokenLastFour, live.tokenLastFour],
  ];
  return pairs.filter(([, ours, theirs]) => ours !== theirs).map(([what]) => what);
}
