/** Builds an empty project and ties its parts together: changes become webhooks and lag behind in search. */
import { createCallLog } from './api/call-log.js';
import type { Clock } from './clock.js';
import type { DirectoryEvent } from './directory/events.js';
import { createRbac } from './directory/rbac.js';
import { indexedView } from './directory/search-view.js';
import type { FaultsInForce } from './faults/faults.js';
import { createIndexedGroupNames } from './faults/group-names.js';
import { createSearchPast } from './faults/search-past.js';
import { createSessionTable } from './sessions/session-table.js';
import { createSigningKeys } from './sessions/signing-keys.js';
import type { GroupRecord } from './store/records.js';
import { createStore } from './store/store.js';
import type { Switches } from './switches.js';
import type { Project, World } from './world.js';

export interface WorldParts {
  readonly project: Project;
  readonly switches: Switches;
  readonly clock: Clock;
  readonly faults: FaultsInForce;
  readonly publish: (event: DirectoryEvent) => void;
  /** Called when anything changes. */
  readonly changed: () => void;
}

export function createWorld({ changed, ...parts }: WorldParts): World {
  const past = createSearchPast(parts.clock);
  const groupNames = createIndexedGroupNames();
  const store = createStore({ changed, beforeMember, beforeName });
  const world: World = {
    ...parts,
    store,
    past,
    groupNames,
    rbac: createRbac(store, parts.switches, changed),
    sessions: createSessionTable(),
    keys: createSigningKeys(parts.project.environment),
    calls: createCallLog(),
  };
  return world;

  function beforeMember(memberId: string): void {
    remember(memberId);
    groupNames.renew(memberId);
  }

  function beforeName(memberId: string, group: GroupRecord): void {
    remember(memberId);
    if (parts.switches.searchGroupNames === 'untilTouched') groupNames.keep(memberId, group);
  }

  function remember(memberId: string): void {
    past.remember(memberId, () => viewOf(memberId), parts.faults.longestSearchLag());
  }

  function viewOf(memberId: string) {
    const member = store.members.get(memberId);
    return member === undefined ? null : indexedView(world, member);
  }
}
