import { chmodSync, mkdirSync, mkdtempSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { reachable } from '../local/reachable.js';

/** Emptied at the start of each test run, so that a failed run leaves its evidence. */
export function testFolder(): string {
  return reachable(resolve('.local/test'));
}

export function temporaryFolder(name: string): string {
  const parent = testFolder();
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, `${name}-`));
  chmodSync(folder, 0o755); // PostgreSQL may run as another user
  return folder;
}
