import { readFile } from 'node:fs/promises';
import { RequestProblem } from '../../errors/request-problem.js';
import { pluralize } from '../../text/pluralize.js';
import { timeOf } from '../../text/time.js';
import { type EvidenceFormat, evidenceWriter, verifyEvidence } from '../export/evidence-file.js';
import { type Leaver, leaversOf } from '../export/leavers.js';
import { findTeam } from '../find-team.js';
import { jsonPieces, linePieces } from './pieces.js';
import type { Verb, VerbAnswer, VerbInput, WrittenAnswer } from './verb.js';

/** The evidence for auditors. */
export const exportEvidence: Verb = {
  name: 'export',
  usage: '--team <team> --since <time> [--format csv|jsonl] | --verify <file>',
  summary: "An auditor's evidence: each leaver from event to confirmation, hash-chained.",
  help: `For each leaver: event sent, received, committed, grants and keys revoked, confirmed by a later read. Each line contains
the hash of the one before. The hash of the last line goes to standard error: have the auditor note it.

  --team <team>    team id, Stytch organization id, or the team's exact name
  --since <time>   2026-11-23, 2026-11-23T09:30:00Z, or 30d ago
  --format <name>  csv (default) or jsonl; with --json jsonl
  --verify <file>  check an export: finds a line that was edited, added, removed or moved
  --head <hash>    with --verify, the noted hash: also finds an export that was made anew

Examples:
  npm run --silent support -- export --team "Acme" --since 90d > leavers.csv
  npm run support -- export --verify leavers.csv`,
  options: {
    team: { type: 'string' },
    since: { type: 'string' },
    format: { type: 'string' },
    verify: { type: 'string' },
    head: { type: 'string' },
  },
  run: async (input) => {
    const file = input.option('verify');
    return file === undefined ? exported(input) : verified(file, input.option('head'));
  },
};

async function exported(input: VerbInput): Promise<WrittenAnswer> {
  const [team, since] = [input.option('team'), input.option('since')];
  if (team === undefined || since === undefined) {
    throw new RequestProblem('usage', 'Say whose leavers, and since when: --team "Acme" --since 90d.');
  }
  const now = new Date();
  const from = timeOf(since, '--since', now);
  requireKept(from, now, input.parts.retentionDays);
  const { id } = await findTeam(input.parts.database, team);
  const leavers = leaversOf(input.parts.database, id, from);
  const about = { team: id, since: from.toISOString() };
  const writer = evidenceWriter(input.asJson ? 'jsonl' : formatOf(input.option('format')));
  const exit = () => {
    const { leavers, head } = writer.written();
    input.progress(`${pluralize(leavers, 'leaver')}; hash of the last line: ${head}`);
    return 0 as const;
  };
  if (!input.asJson) return { pieces: linePieces(linesOf(writer, about, leavers)), exit };
  const rest = () => ({ ...about, head: writer.written().head });
  return { pieces: jsonPieces({ leavers: chainedOn(writer, about, leavers) }, rest), exit };
}

const dayMs = 24 * 60 * 60 * 1000;

/** An export must not look complete for days whose events are no longer kept. */
function requireKept(from: Date, now: Date, retentionDays: number): void {
  const begins = new Date(now.getTime() - retentionDays * dayMs);
  if (from.getTime() >= begins.getTime()) return;
  throw new RequestProblem(
    'usage',
    `The record begins on ${begins.toISOString().slice(0, 10)}: events are kept for ${retentionDays} days (SYNC_EVENTS_RETENTION_DAYS). Use --since ${retentionDays}d, or a later time.`,
  );
}

type Writer = ReturnType<typeof evidenceWriter>;
type About = { team: string; since: string };

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

async function verified(file: string, noted: string | undefined): Promise<VerbAnswer> {
  const text = await readFile(file, 'utf8').catch(() => {
    throw new RequestProblem('usage', `${file} can't be read. Name a file that \`export\` wrote.`);
  });
  const { leavers, head } = verifyEvidence(text);
  if (noted !== undefined && noted !== head) {
    throw new RequestProblem(
      'broken_chain',
      `The chain is whole, but its hash is ${head}, not the noted one: it was made anew.`,
    );
  }
  return {
    json: { leavers, head, verified: true },
    text: `Verified: ${pluralize(leavers, 'leaver')}, nothing edited. Hash ${head}`,
  };
}
