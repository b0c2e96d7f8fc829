import { readFile } from 'node:fs/promises';
import { recordRead } from '../../database/audit.js';
import { withDatabaseErrors } from '../../database/database.js';
import { RequestProblem } from '../../errors/request-problem.js';
import { pluralize } from '../../text/pluralize.js';
import { timeOf, timeText } from '../../text/time.js';
import { type EvidenceFormat, evidenceWriter } from '../export/evidence-file.js';
import { type About, beginningOf, type Leaver, leaversOf } from '../export/leavers.js';
import { compareHeads, parseHeads, verifyEvidence } from '../export/verify-evidence.js';
import { findTeam } from '../find-team.js';
import { jsonPieces, linePieces } from './pieces.js';
import type { Verb, VerbAnswer, VerbInput, WrittenAnswer } from './verb.js';

/** The evidence for auditors. */
export const exportEvidence: Verb = {
  name: 'export',
  usage: '--team <team> --since <time> [--format csv|jsonl] | --verify <file>',
  summary: "An auditor's evidence: each leaver from event to confirmation, hash-chained.",
  help: `For each leaver: event sent, received, committed, grants and keys revoked, confirmed by a later read. Lines are written when
people leave and kept for AUDIT_LOG_RETENTION_DAYS; the first line says where the record begins. Each line contains the hash of
the one before. The hash of the last line goes to standard error: have the auditor note it. The export is in read_log.

  --team <team>    team id, Stytch organization id, or the team's exact name
  --since <time>   2026-11-23, 2026-11-23T09:30:00Z, or 30d ago
  --format <name>  csv (default) or jsonl; with --json jsonl
  --verify <file>  check an export: finds a line that was edited, added, removed or moved. Needs no configuration
  --head <hash>    with --verify, a noted hash: also finds an export that was made anew
  --heads <file>   with --verify, the heads that workers note every day (EVIDENCE_HEADS_FILE, or lines of their log): also finds
                   a chain that was made anew in the database

Examples:
  npm run --silent support -- export --team "Acme" --since 90d > leavers.csv
  npm run support -- export --verify leavers.csv`,
  options: {
    team: { type: 'string' },
    since: { type: 'string' },
    format: { type: 'string' },
    verify: { type: 'string' },
    head: { type: 'string' },
    heads: { type: 'string' },
  },
  offline: ({ option }) => {
    const file = option('verify');
    return file === undefined ? null : verified(file, { head: option('head'), heads: option('heads') });
  },
  run: exported,
};

async function exported({ parts, option, asJson, progress, reader }: VerbInput): Promise<WrittenAnswer> {
  const [team, since] = [option('team'), option('since')];
  if (team === undefined || since === undefined) {
    throw new RequestProblem('usage', 'Say whose leavers, and since when: --team "Acme" --since 90d.');
  }
  const from = timeOf(since, '--since', new Date());
  const { id } = await findTeam(parts.database, team);
  const beginning = await beginningOf(parts.database, id, from);
  const { firstLine: _, previous: __, ...about } = beginning;
  await withDatabaseErrors(() => recordRead(parts.database, reader, { action: 'export', targets: [`team ${id}`] }));
  const leavers = leaversOf(parts.database, beginning);
  const writer = evidenceWriter(asJson ? 'jsonl' : formatOf(option('format')));
  const exit = () => {
    const { leavers, head } = writer.written();
    if (from.getTime() < Date.parse(about.since))
      progress(`The record begins ${timeText(about.since)} UTC; the file has nothing earlier.`);
    progress(`${pluralize(leavers, 'leaver')}; hash of the last line: ${head}`);
    return 0 as const;
  };
  if (!asJson) return { pieces: linePieces(linesOf(writer, beginning, leavers)), exit };
  const rest = () => ({ ...about, head: writer.written().head });
  return { pieces: jsonPieces({ leavers: chainedOn(writer, beginning, leavers) }, rest), exit };
}

type Writer = ReturnType<typeof evidenceWriter>;

async function* linesOf(writer: Writer, about: About, leavers: AsyncIterable<Leaver>): AsyncGenerator<string> {
  yield* writer.begin(about);
  for await (const leaver of leavers) yield writer.add(leaver);
  yield writer.end();
}

/** The same leavers. The writer makes their lines only for the hash. */
async function* chainedOn(writer: Writer, about: About, leavers: AsyncIterable<Leaver>): AsyncGenerator<Leaver> {
  writer.begin(about);
  for await (const leaver of leavers) {
    writer.add(leaver);
    yield leaver;
  }
  writer.end();
}

function formatOf(name = 'csv'): EvidenceFormat {
  if (name === 'csv' || name === 'jsonl') return name;
  throw new RequestProblem('usage', `--format ${name} is not known. It is csv or jsonl.`);
}

async function verified(
  file: string,
  noted: { head: string | undefined; heads: string | undefined },
): Promise<VerbAnswer> {
  const checked = verifyEvidence(await textOf(file, 'Name a file that `export` wrote.'));
  const { leavers, head, entries } = checked;
  if (noted.head !== undefined && noted.head !== head && ![...entries.values()].includes(noted.head)) {
    throw new RequestProblem(
      'broken_chain',
      `The chain is whole, but its hash is ${head}, not the noted one: it was made anew.`,
    );
  }
  const heads =
    noted.heads === undefined ? null : parseHeads(await textOf(noted.heads, 'Name the file of noted heads.'));
  const found = heads === null ? '' : ` ${pluralize(compareHeads(checked, heads), 'noted head')} in it, all the same.`;
  return {
    json: { leavers, head, verified: true },
    text: `Verified: ${pluralize(leavers, 'leaver')}, nothing edited.${found} Hash ${head}`,
  };
}

async function textOf(file: string, next: string): Promise<string> {
  return readFile(file, 'utf8').catch(() => {
    throw new RequestProblem('usage', `${file} can't be read. ${next}`);
  });
}
