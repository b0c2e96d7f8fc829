import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from './folders.js';

/** Prometheus' own judge of rules; in Debian's package `prometheus`. */
export function hasPromtool(): boolean {
  return spawnSync('promtool', ['--version'], { stdio: 'ignore' }).status === 0;
}

/** @returns what it says, and whether it is content */
export function promtool(...words: string[]): { ok: boolean; said: string } {
  const { status, stdout, stderr } = spawnSync('promtool', words, { encoding: 'utf8' });
  return { ok: status === 0, said: `${stdout}${stderr}` };
}

/** A file for promtool, which reads YAML; all JSON is YAML. */
export function promtoolFile(content: object): string {
  const file = join(temporaryFolder('promtool'), 'file.yml');
  writeFileSync(file, JSON.stringify(content));
  return file;
}
