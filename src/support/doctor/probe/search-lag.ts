import { asArray, asRecord } from '../../../directory/json.js';
import { allowedSearchLagMs } from '../../../directory/search-lag.js';
import { costly, fine, harmful, type Seen } from './fact.js';
import { bodyOf, type Ground } from './ground.js';
import { until, type Waited, waitedText } from './until.js';

/** Members by id, as a search shows them. */
export type Shown = ReadonlyMap<string, Record<string, unknown>>;

/** All statuses of the API. We always ask for all. */
export const allStatuses = ['active', 'pending', 'invited', 'deleted'];

/** The two ways in which we search: by member ids, and all members of an organization. */
export type Lag = { byId: Waited | null; listing: Waited | null };

/** How long it takes until search shows a change. Both ways are asked at the same time. */
export async function measureLag(
  ground: Ground,
  memberIds: string[],
  { sinceMs, isSo }: { sinceMs: number; isSo: (shown: Shown) => boolean },
): Promise<Lag> {
  const wait = { sinceMs, withinMs: ground.lagMaxMs, signal: ground.signal };
  const [byId, listing] = await Promise.all([
    until(async () => isSo(await shownBy(ground, memberIds)), wait),
    until(async () => isSo(await shownBy(ground)), wait),
  ]);
  return { byId, listing };
}

/** @param memberIds all members when it is left out */
export async function shownBy({ stytch, organizationId }: Ground, memberIds?: string[]): Promise<Shown> {
  const search = { statuses: allStatuses, limit: 1000, ...(memberIds === undefined ? {} : { memberIds }) };
  const { members } = bodyOf('members.search', await stytch.searchMembers(organizationId, search));
  return new Map(asArray(members).map((member) => [String(asRecord(member).member_id), asRecord(member)]));
}

/** Above this share of what we allow, a busier day may exceed it. */
const nearShare = 0.5;

/** Pure. @param harm what happens when search is later than we allow */
export function lagSeen({ byId, listing }: Lag, lagMaxMs: number, harm: string): Seen {
  const allowed = allowedSearchLagMs / 1000;
  const took = (waited: Waited | null) => waitedText(waited, lagMaxMs);
  const answer = `${took(byId)} by their ids, ${took(listing)} in the list of the organization`;
  const longest = Math.max(...[byId, listing].map(lateBy));
  const numbers = {
    byIdSeconds: byId?.seconds ?? null,
    listSeconds: listing?.seconds ?? null,
    allowedSeconds: allowed,
  };
  const raise = `Raise allowedSearchLagMs (src/directory/search-lag.ts), and ask Stytch how late search may be.`;
  if (longest > allowed)
    return { ...harmful(answer, `Beyond the ${allowed} s that we allow for: ${harm} ${raise}`), numbers };
  const within = `Within the ${allowed} s that we allow for`;
  if (longest > allowed * nearShare) return { ...costly(answer, `${within}, but not by much. ${raise}`), numbers };
  return { ...fine(answer, `${within}: what search says is dated that much earlier.`), numbers };
}

/** If the first question shows the change, search is not late, however long the change itself took. */
function lateBy(waited: Waited | null): number {
  if (waited === null) return Number.POSITIVE_INFINITY;
  return waited.asks === 1 ? 0 : waited.seconds;
}
