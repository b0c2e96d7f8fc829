import { createHash } from 'node:crypto';

/**
 * A chain of lines: each carries the hash of itself and of the line before, so a line that is edited, added, removed or
 * moved breaks it. Somebody who has noted the last hash also finds a chain that was made anew.
 */
export const chainStart = '0'.repeat(64);

/** The hash of a line that follows the one with the hash `previous`. */
export function chainHash(previous: string, content: string): string {
  return createHash('sha256').update(`${previous}\n${content}`).digest('hex');
}

export type Link = { content: string; hash: string };

/** Pure. @returns the number of the first line that is wrong, from 1; null when the chain is whole */
export function firstBreak(links: readonly Link[]): number | null {
  let previous = chainStart;
  for (const [i, { content, hash }] of links.entries()) {
    if (chainHash(previous, content) !== hash) return i + 1;
    previous = hash;
  }
  return null;
}
