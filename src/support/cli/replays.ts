import { cancelReplay, listReplays, progressText, replaysPerPage } from '../../replay/list-replays.js';
import { batchProgress } from '../../replay/replays.js';
import { pluralize } from '../../text/pluralize.js';
import { timeText } from '../../text/time.js';
import { factLines, table } from './table.js';
import { oneWord, type Verb, type VerbAnswer, type VerbInput } from './verb.js';

/** Replays that run, or have run. */
export const replays: Verb = {
  name: 'replays',
  usage: '[<replay>]',
  summary: 'Replays with their progress: who started them, and why.',
  help: `Shows the latest ${replaysPerPage} that people have started, or one of them. A replay that runs needs no command: workers do it.

Example:
  npm run support -- replays`,
  words: { min: 0, max: 1 },
  run: async (input) => (input.words[0] === undefined ? listed(input) : one(input, input.words[0])),
};

async function listed({ parts, width }: VerbInput): Promise<VerbAnswer> {
  const { replays, total } = await listReplays(parts.database);
  const rows = replays.map((replay) => [
    ...[replay.id, `${timeText(replay.startedAt)}`, replay.actor, progressText(replay)],
    `${replay.target}: ${replay.reason}`,
  ]);
  const more = total > replays.length ? `\nThe latest ${replays.length} of ${total}.` : '';
  const text = table(['REPLAY', 'STARTED (UTC)', 'BY', 'PROGRESS', 'WHAT AND WHY'], rows, width) + more;
  return { json: { replays }, text: replays.length === 0 ? 'Nobody has started a replay.' : text };
}

async function one({ parts, width }: VerbInput, id: string): Promise<VerbAnswer> {
  const { answers: _, from: __, ...replay } = await batchProgress(parts.database, id.toLowerCase());
  const isRunning = replay.done < replay.total;
  const lines = [
    `Replay ${replay.id}`,
    ...factLines(
      [
        ['What', replay.target],
        ['By', replay.actor],
        ['Why', replay.reason],
        ['Progress', progressText(replay)],
      ],
      width,
    ),
    ...(isRunning ? [`Stop it: npm run support -- cancel ${replay.id} --reason "…"`] : []),
  ];
  return { json: replay, text: lines.join('\n') };
}

/** Stops a replay. */
export const cancel: Verb = {
  name: 'cancel',
  usage: '<replay>',
  summary: 'Stop a replay: jobs that still wait stay in the failed set.',
  help: `Jobs that a worker has already are finished.

Example:
  npm run support -- cancel 7b1c... --reason "wrong team, ticket 4711"`,
  isAct: true,
  words: oneWord,
  run: async ({ parts, words: [id = ''], act }) => {
    const answer = await cancelReplay(parts.database, id.toLowerCase(), act());
    const text =
      answer.cancelled === 0
        ? 'The replay is done already: no job waits.'
        : `${pluralize(answer.cancelled, 'job was', 'jobs were')} taken out, and stay in the failed set.`;
    return { json: answer, text, exit: answer.cancelled === 0 ? 3 : 0 };
  },
};
