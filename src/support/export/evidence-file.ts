import { stringify } from 'csv-stringify/sync';
import { chainHash, chainStart } from './hash-chain.js';
import type { About, Leaver } from './leavers.js';

export type EvidenceFormat = 'csv' | 'jsonl';

/**
 * Writes the evidence line by line, as format.md describes it. Each line ends in a hash of itself and of the line before. The
 * first line says what the file is about, the last one how many leavers it has, so that missing lines at both ends are found.
 * Pure, except for its own count and hash.
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
    begin: (about: About): string[] => [...(isCsv ? [`${columns.join(',')},hash`] : []), alone(beginning(about))],
    add: (leaver: Leaver): string => {
      leavers += 1;
      return chained(isCsv ? csvLine(columns.map((column) => leaver[column])) : JSON.stringify(leaver));
    },
    end: (): string => alone(ending(leavers)),
    /** The number of leavers, and the hash of the last line. */
    written: () => ({ leavers, head }),
  };
}

export const title = 'Scanner SCIM: leavers of team';

function beginning({ team, since, recordBegins, previous }: About): string {
  return `${title} ${team} since ${since}; the record begins ${recordBegins}; the entry before is ${previous}`;
}

/** The first line of an export. Those of version 0.1 name no entry. */
export function parseBeginning(text: string): { team: string; previous: string | null } | null {
  const [, team, previous = null] =
    /Scanner SCIM: leavers of team (\S+) since [^;]+(?:; the record begins \S+; the entry before is ([0-9a-f]{64}))?/.exec(
      text,
    ) ?? [];
  return team === undefined ? null : { team, previous };
}

export function ending(leavers: number): string {
  return `end of ${leavers} leavers`;
}

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
  'line',
  'identity',
  'salt',
  'entry_hash',
];

/** A line of the chain is a line of the file, so no cell may break it. */
function csvLine(cells: readonly (string | number | null)[]): string {
  return stringify([cells.map((cell) => (typeof cell === 'string' ? withApostrophe(oneLine(cell)) : cell))], {
    eof: false,
  });
}

function oneLine(text: string): string {
  return text.replace(/[\r\n]+/g, ' ');
}

/** What a spreadsheet would run as a formula, with any apostrophes before it. */
const formula = /^'*[=+\-@\t\uFF1D\uFF0B\uFF0D\uFF20]/;

function withApostrophe(cell: string): string {
  return formula.test(cell) ? `'${cell}` : cell;
}

/** What a cell of a CSV export stands for. Pure. */
export function withoutApostrophe(cell: string): string {
  return cell.startsWith("'") && formula.test(cell) ? cell.slice(1) : cell;
}
