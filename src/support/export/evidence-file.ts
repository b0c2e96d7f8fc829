import { stringify } from 'csv-stringify/sync';
import { RequestProblem } from '../../errors/request-problem.js';
import { chainHash, chainStart, firstBreak, type Link } from './hash-chain.js';
import type { Leaver } from './leavers.js';

export type EvidenceFormat = 'csv' | 'jsonl';

/**
 * Writes the evidence line by line. Each line ends in a hash of itself and of the line before. The first line says what the
 * file is about, the last one how many leavers it has, so that missing lines at both ends are found. Pure, except for its
 * own count and hash.
 */
export function evidenceWriter(format: EvidenceFormat) {
  const isCsv = format === 'csv';
  let [head, leavers] = [chainStart, 0];
  const chained = (content: string) => {
    head = chainHash(head, content);
    return isCsv ? `${content},${head}` : `${content.slice(0, -1)},"hash":"${head}"}`;
  };
  const alone = (text: string) =>
    chained(isCsv ? csvLine([text, ...columns.slice(1).map(() => '')]) : JSON.stringify({ about: text }));
  return {
    begin: ({ team, since }: { team: string; since: string }): string[] => [
      ...(isCsv ? [heading] : []),
      alone(`${title} ${team} since ${since}`),
    ],
    add: (leaver: Leaver): string => {
      leavers += 1;
      return chained(isCsv ? csvLine(columns.map((column) => leaver[column])) : JSON.stringify(leaver));
    },
    end: (): string => alone(ending(leavers)),
    /** The number of leavers, and the hash of the last line. */
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

const columns: readonly (keyof Leaver)[] = [
  'user_id',
  'stytch_member_id',
  'email',
  'trigger',
  'event_type',
  'event_id',
  'svix_id',
  'evidence',
  'event_sent',
  'received',
  'committed',
  'seconds_from_event_to_commit',
  'grants_revoked',
  'keys_revoked',
  'sessions_revoked',
  'confirmed',
  'returned',
];
const heading = `${columns.join(',')},hash`;

function ending(leavers: number): string {
  return `end of ${leavers} leavers`;
}

/** A line of the chain is a line of the file, so no cell may break it. A spreadsheet must not run a cell as a formula. */
function csvLine(cells: readonly (string | number | null)[]): string {
  const ofOneLine = cells.map((cell) => (typeof cell === 'string' ? cell.replace(/[\r\n]+/g, ' ') : cell));
  const cast = { number: (value: number) => ({ value: String(value), escape_formulas: false }) };
  return stringify([ofOneLine], { escape_formulas: true, eof: false, cast });
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
