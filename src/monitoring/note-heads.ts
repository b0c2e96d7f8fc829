import { appendFile } from 'node:fs/promises';
import { type Database, withDatabaseErrors } from '../database/database.js';
import { PermanentError } from '../errors/errors.js';

/** The last line of a team's chain of evidence: its number and its hash. */
export type Head = { team: string; line: number; hash: string; committed: string };

/** Teams in one line of the log: 20 KB. */
const headsPerLine = 100;
/** A team whose last leaver is older has been noted on seven days already, unless no worker ran for a week. */
const notedForDays = 8;

/**
 * Notes the heads of the chains that have grown in the last days outside of the database, so that a chain that is made anew
 * shows. `export --verify --heads` compares. Nothing depends on the previous run: a second run repeats the same lines.
 * @param options.file where they are appended, one JSON object a line. Without it they are only logged
 * @param options.onHeads logs some of them
 * @throws PermanentError if the file can't be written; all are logged then, too
 */
export async function noteHeads(options: {
  database: Database;
  file: string | undefined;
  onHeads: (some: { heads: Head[] }) => void;
}): Promise<void> {
  const { database, file, onHeads } = options;
  let failure: PermanentError | null = null;
  for (let after = '00000000-0000-0000-0000-000000000000'; ; ) {
    const heads = await withDatabaseErrors(() => headsAfter(database, after));
    if (heads.length === 0) break;
    onHeads({ heads });
    if (file !== undefined) failure = await append(file, heads);
    after = heads.at(-1)?.team ?? after;
  }
  if (failure !== null) throw failure;
}

function headsAfter(database: Database, after: string): Promise<Head[]> {
  return database.$queryRaw<Head[]>`
    SELECT DISTINCT ON (team_id) team_id::text AS team, line, hash, evidence_time(committed) AS committed FROM evidence
    WHERE committed > clock_timestamp() - make_interval(days => ${notedForDays}) AND team_id > ${after}::uuid
    ORDER BY team_id, line DESC LIMIT ${headsPerLine}`;
}

async function append(file: string, heads: readonly Head[]): Promise<PermanentError | null> {
  const noted = new Date().toISOString();
  const lines = heads.map((head) => `${JSON.stringify({ noted, ...head })}\n`);
  return appendFile(file, lines.join('')).then(
    () => null,
    (error) =>
      new PermanentError(
        `EVIDENCE_HEADS_FILE can't be written (${error.code}). Let the worker write there; the log has the heads, too.`,
      ),
  );
}
