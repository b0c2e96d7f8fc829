/** What search saw a while ago: an index that lags behind the members themselves. */
import type { Clock } from '../clock.js';
import type { MemberView } from '../directory/member-view.js';

export interface SearchPast {
  /** Notes how a member looks before it changes, for as long as search may lag; null when it does not exist yet. */
  remember(memberId: string, view: () => MemberView | null, lagMs: number): void;
  /** The member as it was `lagMs` ago; undefined when it has not changed since. */
  asOf(memberId: string, lagMs: number): MemberView | null | undefined;
}

interface Version {
  readonly untilMs: number;
  readonly view: MemberView | null;
}

export function createSearchPast(clock: Clock): SearchPast {
  const versions = new Map<string, Version[]>();
  return {
    remember(memberId, view, lagMs) {
      if (lagMs === 0) {
        versions.delete(memberId);
        return;
      }
      const recent = recentVersions(versions.get(memberId), clock.now() - lagMs);
      versions.set(memberId, [...recent, { untilMs: clock.now(), view: view() }]);
    },
    asOf(memberId, lagMs) {
      if (lagMs === 0) return undefined;
      return recentVersions(versions.get(memberId), clock.now() - lagMs)[0]?.view;
    },
  };
}

const recentVersions = (versions: readonly Version[] = [], sinceMs: number): readonly Version[] =>
  versions.filter((version) => version.untilMs > sinceMs);
