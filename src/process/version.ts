import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const built: { version: string; commit: string | null } = JSON.parse(
  readFileSync(join(__dirname, '../../build.json'), 'utf8'),
);

/**
 * The running version, as a semantic version: `0.1.0+3ee89ee5a1c2`. The build knows the commit if it ran in a git checkout
 * (`.dirty` if that had uncommitted changes), or from the variable COMMIT. Otherwise there is no `+`.
 */
export const version = built.commit === null ? built.version : `${built.version}+${built.commit}`;

/** Node's version: `v24.21.0`. */
export const nodeVersion = process.version;

/** Both versions in one sentence. */
export const versionInWords = `Scanner SCIM ${version} on Node ${nodeVersion}`;
