/** One Stytch project: what the API, SCIM and the test driver share. */
import type { CallRecorder } from './api/call-log.js';
import type { Clock } from './clock.js';
import type { DirectoryEvent } from './directory/events.js';
import type { Rbac } from './directory/rbac.js';
import type { FaultsInForce } from './faults/faults.js';
import type { IndexedGroupNames } from './faults/group-names.js';
import type { SearchPast } from './faults/search-past.js';
import type { SessionTable } from './sessions/session-table.js';
import type { SigningKeys } from './sessions/signing-keys.js';
import type { Store } from './store/store.js';
import type { Switches } from './switches.js';

export interface Project {
  readonly projectId: string;
  readonly secret: string;
  /** All that open the API now; the dashboard makes and revokes them. */
  secrets: readonly string[];
  readonly environment: 'test' | 'live';
  /** Known once the server listens. */
  url: string;
}

export interface World {
  readonly project: Project;
  readonly switches: Switches;
  readonly clock: Clock;
  readonly store: Store;
  readonly rbac: Rbac;
  readonly sessions: SessionTable;
  readonly keys: SigningKeys;
  readonly faults: FaultsInForce;
  readonly past: SearchPast;
  readonly groupNames: IndexedGroupNames;
  readonly calls: CallRecorder;
  publish(event: DirectoryEvent): void;
}
