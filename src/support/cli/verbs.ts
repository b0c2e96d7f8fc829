import { doctor } from './doctor.js';
import { erase } from './erase.js';
import { exportEvidence } from './export.js';
import { failed, show } from './failed.js';
import { discard, held, release } from './held.js';
import { replay } from './replay.js';
import { cancel, replays } from './replays.js';
import { enable, link, resync } from './resync.js';
import { status } from './status.js';
import type { Verb } from './verb.js';
import { why } from './why.js';

/** All verbs, in the order of the help. */
export const verbs: readonly Verb[] = [
  status,
  why,
  failed,
  show,
  replay,
  replays,
  cancel,
  resync,
  held,
  release,
  discard,
  link,
  enable,
  erase,
  doctor,
  exportEvidence,
];
