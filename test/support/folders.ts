import { mkdirSync, mkdtempSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Emptied at the start of each test run, so that a failed run leaves its evidence. */
export const testFolder = resolve('.local/test');

export function temporaryFolder(name: string): string {
  mkdirSync(testFolder, { recursive: true });
  return mkdtempSync(join(testFolder, `${name}-`));
}
