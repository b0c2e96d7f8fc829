import { hostname, userInfo } from 'node:os';
import { loadConfig } from '../../config/config.js';
import { createLog } from '../../log/log.js';
import { nodeVersion, version, versionInWords } from '../../process/version.js';
import { connectSupport } from '../parts.js';
import { requireAct } from '../require-act.js';
import { helpOf, overview, type Parsed, parseVerb } from './parse.js';
import { exitOf, problemOf } from './problem.js';
import type { VerbAnswer, VerbInput, WrittenAnswer } from './verb.js';
import { verbs } from './verbs.js';

/** Where a command is typed, and where it answers. */
export type Terminal = {
  /** Read only when a verb runs: help needs no configuration. */
  environment(): Record<string, string | undefined>;
  /** In characters. Infinite in a pipe. */
  width: number;
  /** Resolves when the text is written, however slow the reader is. @throws ReaderGone */
  out(text: string): Promise<void>;
  /** For people only: progress and problems. Never fails. */
  err(text: string): Promise<void>;
};

/** Nobody reads the output any more (`failed | head`). It is no error. */
export class ReaderGone extends Error {
  override name = 'ReaderGone';
}

/** The exit code of programs that a closed pipe ends: 128 + SIGPIPE. */
const readerGone = 141;

/**
 * Runs one verb of the command line and prints its answer. With --json an error is printed where the answer would be, so
 * that programs read one place.
 * @returns the exit code: 0, 1 when something is away or unexpected, 2 when the command is wrong, 3 when nothing is found or
 *   can be done, 130 after Ctrl-C while a replay runs, 141 when nobody reads the output
 */
export async function runVerb(args: string[], terminal: Terminal): Promise<number> {
  const asJson = args.includes('--json');
  try {
    return await answer(args, asJson, terminal);
  } catch (error) {
    if (error instanceof ReaderGone) return readerGone;
    const problem = problemOf(error);
    const toPerson = () => terminal.err(`${problem.code}: ${problem.message}\n`);
    if (!asJson) await toPerson();
    else await terminal.out(jsonText({ error: problem })).catch(toPerson);
    return exitOf(problem);
  }
}

async function answer(args: string[], asJson: boolean, terminal: Terminal): Promise<number> {
  const [first] = args;
  if (first === '--version') {
    await terminal.out(asJson ? jsonText({ version, node: nodeVersion }) : `${versionInWords}\n`);
    return 0;
  }
  if (first === undefined || ['--help', '-h', 'help'].includes(first)) {
    await terminal.out(`${overview(verbs)}\n`);
    return 0;
  }
  const parsed = parseVerb(verbs, args);
  if (!parsed.values.help) return run(parsed, asJson, terminal);
  await terminal.out(`${helpOf(parsed.command)}\n`);
  return 0;
}

function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

async function run({ command, words, values }: Parsed, asJson: boolean, terminal: Terminal): Promise<number> {
  const options = optionsIn(values);
  const offline = await command.offline?.({ words, ...options });
  if (offline) return answerWhole(offline, asJson, terminal);
  const config = loadConfig(terminal.environment());
  const parts = connectSupport(config, createLog({ level: 'silent', name: 'support' }), { previewsTeams: true });
  const progress = uniqueLines(terminal);
  try {
    const answer = await command.run({ parts, config, words, ...options, asJson, width: terminal.width, progress });
    if ('pieces' in answer) return await write(answer, terminal);
    return await answerWhole(answer, asJson, terminal);
  } finally {
    await parts.close().catch(() => {}); // the answer is written; the process ends, and with it every connection
  }
}

async function answerWhole({ json, text, exit = 0 }: VerbAnswer, asJson: boolean, terminal: Terminal): Promise<number> {
  await terminal.out(asJson ? jsonText(json) : `${text}\n`);
  return exit;
}

/** Piece by piece: each one waits until the one before is written. */
async function write({ pieces, exit }: WrittenAnswer, terminal: Terminal): Promise<number> {
  let piece = await pieces.next();
  for (; !piece.done; piece = await pieces.next()) await terminal.out(piece.value);
  return piece.value === undefined ? exit() : exitOf(piece.value);
}

function optionsIn(values: Parsed['values']): Pick<VerbInput, 'option' | 'flag' | 'act' | 'reader'> {
  const option = (name: string) => {
    const value = values[name];
    return typeof value === 'string' ? value : undefined;
  };
  return {
    option,
    flag: (name) => values[name] === true,
    act: () => requireAct({ actor: option('actor') ?? loginName(), reason: option('reason'), login: machineLogin() }),
    reader: { actor: option('actor') ?? loginName() ?? machineLogin(), login: machineLogin() },
  };
}

function uniqueLines({ err }: Terminal): VerbInput['progress'] {
  let lastLine = '';
  return (line) => {
    if (line !== lastLine) void err(`${line}\n`);
    lastLine = line;
  };
}

/** The operating system says it, so it is true whatever --actor says. */
function machineLogin(): string {
  return `${loginName() ?? `uid ${process.getuid?.()}`} on ${hostname()}`;
}

function loginName(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    return undefined; // a user in a container has no name
  }
}
