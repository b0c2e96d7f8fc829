import { createHash } from 'node:crypto';
import { RequestProblem } from '../../errors/request-problem.js';
import type { Leaver } from './leavers.js';

/** A line of an export as text. Null: unknown, or erased. */
export type Cells = { [Column in keyof Leaver]: string | null };

/**
 * Checks that the lines of an export are those of the database: none is changed, and none is missing between the first and the
 * last. The migration that adds `evidence` computes the same hashes; format.md describes them. Pure.
 * @param previous the hash of the line before the first one
 * @throws RequestProblem that names the first line that is wrong
 */
export function checkEntries(previous: string, lines: readonly Cells[]): void {
  let before = { hash: previous, line: Number(lines[0]?.line ?? 1) - 1 };
  for (const cells of lines) {
    const line = Number(cells.line);
    if (line !== before.line + 1) throw changed(`a line is missing before entry ${line}`);
    if (entryHash(before.hash, cells) !== cells.entry_hash) throw changed(`entry ${line} was changed`);
    if (cells.salt !== null && identityOf(cells) !== cells.identity)
      throw changed(`the member id or the e-mail of entry ${line} was changed`);
    before = { hash: String(cells.entry_hash), line };
  }
}

function changed(what: string): RequestProblem {
  return new RequestProblem(
    'broken_chain',
    `The file is not what the database recorded: ${what}. Export again and compare.`,
  );
}

const hashed = [
  ...(['line', 'user_id', 'identity', 'trigger', 'event_type', 'event_id', 'svix_id', 'evidence'] as const),
  ...(['event_sent', 'received', 'committed', 'grants_revoked', 'keys_revoked'] as const),
];

function entryHash(previous: string, cells: Cells): string {
  return sha256([previous, ...hashed.map((column) => cells[column] ?? '')].join('\n'));
}

function identityOf({ salt, stytch_member_id, email }: Cells): string {
  return sha256([salt, stytch_member_id ?? '', email ?? ''].join('\n'));
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
