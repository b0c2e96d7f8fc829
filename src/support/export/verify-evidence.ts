import { RequestProblem } from '../../errors/request-problem.js';
import { type Cells, checkEntries } from './entry.js';
import { ending, parseBeginning, withoutApostrophe } from './evidence-file.js';
import { firstBreak, type Link } from './hash-chain.js';

/** `head`: the hash of the last line. `entries`: the lines of the database that the file has, by their number. */
export type Verified = { leavers: number; head: string; team: string; entries: Map<number, string> };

/**
 * Checks that no line was edited, added, removed or moved, in the file and in what the database gave. Pure: it needs nothing but
 * the file. format.md says how anybody else can do the same.
 * @throws RequestProblem that names the first line that is wrong
 */
export function verifyEvidence(text: string): Verified {
  const lines = text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .filter((line) => line !== '');
  const heading = /^user_id,.*,hash$/.test(lines[0] ?? '') ? String(lines[0]).split(',').slice(0, -1) : null;
  const links = (heading ? lines.slice(1) : lines).map(heading ? csvLink : jsonLink);
  const broken = firstBreak(links);
  if (broken !== null) throw brokenAt(heading ? broken + 1 : broken);
  const leavers = links.length - 2;
  const [first, last] = [links[0], links.at(-1)];
  const about = parseBeginning(first?.content ?? '');
  if (about === null || !last?.content.includes(ending(leavers))) {
    throw new RequestProblem(
      'broken_chain',
      'Lines are missing at the beginning or the end, or this is no export. Export again and compare.',
    );
  }
  const cells = about.previous === null ? [] : links.slice(1, -1).map(({ content }) => cellsOf(content, heading));
  checkEntries(about.previous ?? '', cells);
  const entries = new Map(cells.map(({ line, entry_hash }) => [Number(line), String(entry_hash)]));
  return { leavers, head: last.hash, team: about.team, entries };
}

/** A head of a team's chain, as a worker noted it. */
export type NotedHead = { team: string; line: number; hash: string };

/**
 * Compares an export with heads that were noted outside of the database.
 * @returns how many of them are in the file
 * @throws RequestProblem if the chain was made anew since one of them was noted
 */
export function compareHeads({ team, entries }: Verified, noted: readonly NotedHead[]): number {
  const ours = noted.filter((head) => head.team === team && entries.has(head.line));
  const differing = ours.find(({ line, hash }) => entries.get(line) !== hash);
  if (differing === undefined) return ours.length;
  throw new RequestProblem(
    'broken_chain',
    `The chain was made anew: entry ${differing.line} has another hash than the one that was noted. Compare the file with an older export.`,
  );
}

/** Lines of the file of heads, or of the log. A line that is no head is left out. Pure. */
export function parseHeads(text: string): NotedHead[] {
  return text.split('\n').flatMap((line) => {
    try {
      const { heads, ...one } = JSON.parse(line);
      return (heads ?? [one]).filter(
        (head: NotedHead) => typeof head.hash === 'string' && typeof head.line === 'number',
      );
    } catch {
      return [];
    }
  });
}

function csvLink(line: string): Link {
  const at = line.lastIndexOf(',');
  return { content: line.slice(0, at), hash: line.slice(at + 1) };
}

function jsonLink(line: string): Link {
  const match = /^(.*),"hash":"([0-9a-f]{64})"\}$/.exec(line);
  return { content: `${match?.[1] ?? line}}`, hash: match?.[2] ?? '' };
}

function cellsOf(content: string, heading: readonly string[] | null): Cells {
  if (heading !== null) {
    const cells = csvCells(content);
    return Object.fromEntries(heading.map((column, i) => [column, cells[i] || null])) as Cells;
  }
  const values = Object.entries(JSON.parse(content)).map(([name, value]) => [
    name,
    value === null ? null : String(value),
  ]);
  return Object.fromEntries(values) as Cells;
}

function csvCells(line: string): string[] {
  return [...`,${line}`.matchAll(/,(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain = '']) =>
    withoutApostrophe(quoted?.replaceAll('""', '"') ?? plain),
  );
}

function brokenAt(line: number): RequestProblem {
  return new RequestProblem(
    'broken_chain',
    `The chain breaks at line ${line}: it, or the line before it, was edited, added, removed or moved. Export again and compare.`,
  );
}
