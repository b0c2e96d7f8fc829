import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const built: { version: string; commit: string | null } = JSON.parse(
  readFileSync(join(__dirname, '../../build.json'), 'utf8'),
);

/**
 * What of us runs here, as a semantic version: `0.1.0+3ee89ee5a1c2`. The commit after the `+` is known when the build was
 * made in a checkout (`.dirty` if that had changes of its own) or was told it (COMMIT); else there is the version alone.
 */
export const version = built.commit === null ? built.version : `${built.version}+${built.commit}`;

/** On what: `v24.21.0`. */
export const nodeVersion = process.version;

/** Both, for people. */
export const versionInWords = `Scanner SCIM ${version} on Node ${nodeVersion}`;
