import type { Command } from './command.js';
import { doctor } from './doctor.js';
import { enable } from './enable.js';
import { exportEvidence } from './export.js';
import { failed } from './failed.js';
import { discard, held, release } from './hold.js';
import { replay } from './replay.js';
import { resync } from './resync.js';
import { show } from './show.js';
import { status } from './status.js';
import { why } from './why.js';

/** Every verb, in the order in which help lists them. */
export const commands: readonly Command[] = [
  ...[status, why, failed, show],
  ...[replay, resync, held, release, discard, enable],
  ...[doctor, exportEvidence],
];
