import type { Database } from '../database/database.js';
import type { Rereads } from '../directory/rereads.js';
import type { Memory } from '../process/memory-budget.js';
import type { QueueInspector } from '../queue/inspect.js';
import type { Producer } from '../queue/produce.js';
import type { StytchDirectory } from '../stytch/directory.js';
import type { ReadMembers } from '../sync/members/read-members.js';

/** What the functions of this folder need. */
export type ReplayParts = {
  database: Database;
  stytch: StytchDirectory;
  readMembers: ReadMembers;
  queues: QueueInspector;
  producer: Producer;
  rereads: Rereads;
  /** How far behind a search of Stytch may be. */
  searchLagMs: number;
  memory: Memory;
  /** Whether a dry run may read whole teams. Only a process with no other work may. */
  previewsTeams: boolean;
};
