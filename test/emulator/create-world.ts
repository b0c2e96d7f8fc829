/** Builds an empty project and ties its parts together: changes become webhooks and lag behind in search. */
import { createCallLog } from './api/call-log.js';
import type { Clock } from './clock.js';
import type { DirectoryEvent } from './directory/events.js';
import { memberView } from './directory/member-view.js';
import { createRbac } from './directory/rbac.js';
import type { FaultsInForce } from './faults/faults.js';
import { createSearchPast } from './faults/search-past.js';
import { createSessionTable } from './sessions/session-table.js';
import { createSigningKeys } from './sessions/signing-keys.js';
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
  const store = createStore({ changed, beforeMember });
  const world: World = {
    ...parts,
    store,
    past,
    rbac: createRbac(store, changed),
    sessions: createSessionTable(),
    keys: createSigningKeys(parts.project.environment),
    calls: createCallLog(),
  };
  return world;

  function beforeMember(memberId: string): void {
    past.remember(memberId, () => viewOf(memberId), parts.faults.searchLagMs);
  }

  function viewOf(memberId: string) {
    const member = store.members.get(memberId);
    return member === undefined ? null : memberView(world, member);
  }
}
