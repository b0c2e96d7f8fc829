import { RequestProblem } from '../../errors/request-problem.js';
import { chainHash, chainStart, firstBreak, type Link } from './hash-chain.js';
import type { Leaver } from './leavers.js';

export type EvidenceFormat = 'csv' | 'jsonl';
/**
 * Writes the evidence line by line, hash-chained: each line ends in the hash of itself and of the line before. The first
 * line says what it is about, the last one how many there are, so that lines cut off at either end show too. Pure but for
 * its own count and hash.
 */
export function evidenceWriter(format: EvidenceFormat) {
  const isCsv = format === 'csv';
  let [head, leavers] = [chainStart, 0];
  const chained = (content: string) => {
    head = chainHash(head, content);
    return isCsv ? `${content},${head}` : `${content.slice(0, -1)},"hash":"${head}"}`;
  };
  const alone = (text: string) =>
    chained(isCsv ? `${text}${','.repeat(columns.length - 1)}` : JSON.stringify({ about: text }));
  return {
    begin: ({ team, since }: { team: string; since: string }): string[] => [
      ...(isCsv ? [heading] : []),
      alone(`${title} ${team} since ${since}`),
    ],
    add: (leaver: Leaver): string => {
      leavers += 1;
      return chained(isCsv ? row(leaver) : JSON.stringify(leaver));
    },
    end: (): string => alone(ending(leavers)),
    /** How many there were, and the hash of the last line. */
    written: (): Verified => ({ leavers, head }),
  };
}

export type Verified = { leavers: number; head: string };

/**
 * Checks that no line was edited, added, removed or moved. Pure.
 * @throws RequestProblem that names the first line that is wrong
 */
export function verifyEvidence(text: string): Verified {
  const lines = text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .filter((line) => line !== '');
  const isCsv = lines[0] === heading;
  const chained = isCsv ? lines.slice(1) : lines;
  const links = chained.map(isCsv ? csvLink : jsonLink);
  const broken = firstBreak(links);
  if (broken !== null) throw brokenAt(isCsv ? broken + 1 : broken);
  const leavers = links.length - 2;
  const [first, last] = [links[0], links.at(-1)];
  if (!first?.content.includes(title) || !last?.content.includes(ending(leavers))) {
    throw new RequestProblem(
      'broken_chain',
      'Lines are missing at the beginning or the end, or this is no export. Export again and compare.',
    );
  }
  return { leavers, head: last.hash };
}

const title = 'Scanner SCIM: leavers of team';

const columns = [
  ...['user_id', 'stytch_member_id', 'email', 'trigger', 'event_type', 'event_id', 'svix_id', 'evidence', 'event_sent'],
  ...[
    'received',
    'committed',
    'seconds_from_event_to_commit',
    'grants_revoked',
    'keys_revoked',
    'sessions_revoked',
    'confirmed',
    'returned',
  ],
] as (keyof Leaver)[];
const heading = `${columns.join(',')},hash`;

function ending(leavers: number): string {
  return `end of ${leavers} leavers`;
}

function row(leaver: Leaver): string {
  return columns.map((column) => cell(leaver[column])).join(',');
}

/** Quoted where it must be; what a spreadsheet would take for a formula is made plain text. */
function cell(value: string | number | null): string {
  const text = String(value ?? '').replace(/[\r\n]+/g, ' ');
  const plain = typeof value === 'string' && /^[=+\-@\t]/.test(text) ? `'${text}` : text;
  return /[",]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}

function csvLink(line: string): Link {
  const at = line.lastIndexOf(',');
  return { content: line.slice(0, at), hash: line.slice(at + 1) };
}

function jsonLink(line: string): Link {
  const match = /^(.*),"hash":"([0-9a-f]{64})"\}$/.exec(line);
  return { content: `${match?.[1] ?? line}}`, hash: match?.[2] ?? '' };
}

function brokenAt(line: number): RequestProblem {
  return new RequestProblem(
    'broken_chain',
    `The chain breaks at line ${line}: it, or the line before it, was edited, added, removed or moved. Export again and compare.`,
  );
}
