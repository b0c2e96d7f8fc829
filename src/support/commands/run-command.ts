import { userInfo } from 'node:os';
import { type Config, ConfigProblem, loadConfig } from '../../config.js';
import { describeFailure, Hopeless, Unavailable } from '../../failures.js';
import { createLog } from '../../log.js';
import { nodeVersion, version, versionInWords } from '../../version.js';
import { connectSupport, type SupportParts } from '../parts.js';
import { type ProblemCode, SupportProblem } from '../problem.js';
import { commands } from './all.js';
import type { CommandAnswer, CommandInput } from './command.js';
import { type Parsed, parseCommand } from './parse.js';
import { overview, usageOf } from './usage.js';

/** Where a command is typed, and where it answers. */
export type Terminal = {
  /** Asked for only when a verb is run: help needs none. */
  environment(): Record<string, string | undefined>;
  /** Of the lines that it shows, in characters. */
  width: number;
  out(text: string): void;
  /** For people only: progress, and what went wrong. */
  err(text: string): void;
};

/**
 * Runs one verb of the command line and prints its answer. Programs that read our answers read them from one place, so an
 * error with --json is printed where the answer would be.
 * @returns the exit code: 0, 1 for what is away or unexpected, 2 for bad usage, 3 for what is not found or can't be done
 */
export async function runCommand(words: string[], terminal: Terminal): Promise<number> {
  const asJson = words.includes('--json');
  try {
    const { text, json, exit = 0 } = await answer(words, terminal);
    terminal.out(asJson && json !== undefined ? `${JSON.stringify(json, null, 2)}\n` : `${text}\n`);
    return exit;
  } catch (error) {
    const { code, message } = told(error);
    if (asJson) terminal.out(`${JSON.stringify({ error: { code, message } }, null, 2)}\n`);
    else terminal.err(`${code}: ${message}\n`);
    return exits[code] ?? 1;
  }
}

type Answer = Pick<CommandAnswer, 'text' | 'exit'> & { json?: unknown };

async function answer(words: string[], terminal: Terminal): Promise<Answer> {
  if (words[0] === '--version') return { text: versionInWords, json: { version, node: nodeVersion } };
  if (words.length === 0 || ['--help', '-h', 'help'].includes(String(words[0]))) return { text: overview(commands) };
  const parsed = parseCommand(commands, words);
  if (parsed.values.help === true) return { text: usageOf(parsed.command) };
  return run(parsed, loadConfig(terminal.environment()), terminal);
}

async function run(parsed: Parsed, config: Config, terminal: Terminal): Promise<CommandAnswer> {
  const parts = connectSupport(config, createLog({ level: 'silent', name: 'support' }));
  try {
    return await parsed.command.run(inputOf(parsed, parts, config, terminal));
  } finally {
    await parts.close().catch(() => {}); // what was asked for is answered; a connection that can't be closed ends with us
  }
}

function inputOf(
  { positionals, values }: Parsed,
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
    ...{ parts, config, positionals, option, width },
    flag: (name) => values[name] === true,
    actor: option('actor') ?? loginName(),
    now: new Date(),
    progress: (line) => {
      if (line !== lastLine) err(`${line}\n`);
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

const exits: Partial<Record<ProblemCode | 'config' | 'internal', number>> = {
  usage: 2,
  ambiguous: 2,
  not_found: 3,
  conflict: 3,
};

function told(error: unknown): { code: ProblemCode | 'config' | 'internal'; message: string } {
  if (error instanceof SupportProblem) return { code: error.code, message: error.message };
  if (error instanceof ConfigProblem) return { code: 'config', message: error.message };
  if (error instanceof Unavailable || error instanceof Hopeless)
    return { code: 'unavailable', message: describeFailure(error) };
  return { code: 'internal', message: `${describeFailure(error)}. Nothing more is known; tell the developers.` };
}
