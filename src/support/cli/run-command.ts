import { userInfo } from 'node:os';
import { type Config, loadConfig } from '../../config/config.js';
import { createLog } from '../../log/log.js';
import { nodeVersion, version, versionInWords } from '../../process/version.js';
import { connectSupport, type SupportParts } from '../parts.js';
import { commands } from './all.js';
import type { CommandInput, WrittenAnswer } from './command.js';
import { type Parsed, parseCommand } from './parse.js';
import { exitOf, told } from './told.js';
import { overview, usageOf } from './usage.js';

/** Where a command is typed, and where it answers. */
export type Terminal = {
  /** Asked for only when a verb is run: help needs none. */
  environment(): Record<string, string | undefined>;
  /** Of the lines that it shows, in characters. */
  width: number;
  /** Resolves when the text is written, however slow the reader is. @throws ReaderGone */
  out(text: string): Promise<void>;
  /** For people only: progress, and what went wrong. Never fails. */
  err(text: string): Promise<void>;
};

/** Nobody reads on: `failed | head`. No error, and nothing is left to say. */
export class ReaderGone extends Error {
  override name = 'ReaderGone';
}

/** As programs end that a closed pipe ends: 128 + SIGPIPE. */
const readerGone = 141;

/**
 * Runs one verb of the command line and prints its answer. Programs that read our answers read them from one place, so an
 * error with --json is printed where the answer would be.
 * @returns the exit code: 0, 1 for what is away or unexpected, 2 for bad usage, 3 for what is not found or can't be done,
 *   141 when nobody reads on
 */
export async function runCommand(words: string[], terminal: Terminal): Promise<number> {
  const asJson = words.includes('--json');
  try {
    return await answer(words, asJson, terminal);
  } catch (error) {
    if (error instanceof ReaderGone) return readerGone;
    const problem = told(error);
    const tellPerson = () => terminal.err(`${problem.code}: ${problem.message}\n`);
    if (!asJson) await tellPerson();
    else await terminal.out(`${JSON.stringify({ error: problem }, null, 2)}\n`).catch(tellPerson);
    return exitOf(problem);
  }
}

async function answer(words: string[], asJson: boolean, terminal: Terminal): Promise<number> {
  if (words[0] === '--version') {
    await terminal.out(asJson ? `${JSON.stringify({ version, node: nodeVersion }, null, 2)}\n` : `${versionInWords}\n`);
    return 0;
  }
  if (words.length === 0 || ['--help', '-h', 'help'].includes(String(words[0]))) {
    await terminal.out(`${overview(commands)}\n`);
    return 0;
  }
  const parsed = parseCommand(commands, words);
  if (parsed.values.help !== true) return run({ parsed, asJson }, loadConfig(terminal.environment()), terminal);
  await terminal.out(`${usageOf(parsed.command)}\n`);
  return 0;
}

type Asked = { parsed: Parsed; asJson: boolean };

async function run(asked: Asked, config: Config, terminal: Terminal): Promise<number> {
  const parts = connectSupport(config, createLog({ level: 'silent', name: 'support' }), { previewsTeams: true });
  try {
    const answer = await asked.parsed.command.run(inputOf(asked, parts, config, terminal));
    if ('pieces' in answer) return await write(answer, terminal);
    await terminal.out(asked.asJson ? `${JSON.stringify(answer.json, null, 2)}\n` : `${answer.text}\n`);
    return answer.exit ?? 0;
  } finally {
    await parts.close().catch(() => {}); // what was asked for is answered; a connection that can't be closed ends with us
  }
}

/** Piece by piece, each when the one before was taken. */
async function write({ pieces, exit }: WrittenAnswer, terminal: Terminal): Promise<number> {
  let piece = await pieces.next();
  for (; !piece.done; piece = await pieces.next()) await terminal.out(piece.value);
  return piece.value === undefined ? exit() : exitOf(piece.value);
}

function inputOf(
  { parsed: { positionals, values }, asJson }: Asked,
  parts: SupportParts,
  config: Config,
  { width, err }: Terminal,
): CommandInput {
  const option = (name: string) => {
    const value = values[name];
    return typeof value === 'string' ? value : undefined;
  };
  let lastLine = '';
  return {
    ...{ parts, config, positionals, option, width, asJson },
    flag: (name) => values[name] === true,
    actor: option('actor') ?? loginName(),
    now: new Date(),
    progress: (line) => {
      if (line !== lastLine) void err(`${line}\n`);
      lastLine = line;
    },
  };
}

function loginName(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    return undefined; // a container's user without a name
  }
}
