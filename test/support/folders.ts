import { chmodSync, mkdirSync, mkdtempSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Emptied at the start of each test run, so that a failed run leaves its evidence. */
export const testFolder = resolve('.local/test');

export function temporaryFolder(name: string): string {
  mkdirSync(testFolder, { recursive: true });
  const folder = mkdtempSync(join(testFolder, `${name}-`));
  chmodSync(folder, 0o755); // PostgreSQL may run as another user
  return folder;
}
