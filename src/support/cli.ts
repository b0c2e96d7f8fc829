import { userInfo } from 'node:os';
import { type Config, ConfigProblem, loadConfig } from '../config.js';
import { describeFailure, Hopeless, Unavailable } from '../failures.js';
import { loadDotEnv } from '../lifecycle.js';
import { createLog } from '../log.js';
import { commands } from './commands/all.js';
import type { CommandAnswer, CommandInput } from './commands/command.js';
import { type Parsed, parseCommand } from './commands/parse.js';
import { overview, usageOf } from './commands/usage.js';
import { connectSupport, type SupportParts } from './parts.js';
import { type ProblemCode, SupportProblem } from './problem.js';

/** `npm run support -- <verb>`: reads the environment, runs one verb, prints its answer, ends with its exit code. */
async function main(words: string[]): Promise<number> {
  const asJson = words.includes('--json');
  try {
    if (words.length === 0 || ['--help', '-h', 'help'].includes(String(words[0]))) return print(overview(commands));
    const parsed = parseCommand(commands, words);
    if (parsed.values.help === true) return print(usageOf(parsed.command));
    loadDotEnv();
    const answer = await run(parsed, loadConfig(process.env));
    print(asJson ? JSON.stringify(answer.json, null, 2) : answer.text);
    return answer.exit ?? 0;
  } catch (error) {
    return fail(error, asJson);
  }
}

async function run(parsed: Parsed, config: Config): Promise<CommandAnswer> {
  const parts = connectSupport(config, createLog({ level: 'silent', name: 'support' }));
  try {
    return await parsed.command.run(inputOf(parsed, parts, config));
  } finally {
    await parts.close().catch(() => {}); // what was asked for is answered; a connection that can't be closed ends with us
  }
}

function inputOf({ positionals, values }: Parsed, parts: SupportParts, config: Config): CommandInput {
  const option = (name: string) => {
    const value = values[name];
    return typeof value === 'string' ? value : undefined;
  };
  let lastLine = '';
  return {
    ...{ parts, config, positionals, option },
    flag: (name) => values[name] === true,
    actor: option('actor') ?? loginName(),
    width: process.stdout.columns ?? 160,
    now: new Date(),
    progress: (line) => {
      if (line !== lastLine) process.stderr.write(`${line}\n`);
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

function print(text: string): number {
  process.stdout.write(`${text}\n`);
  return 0;
}

/** Programs that read our answers read them from one place, so an error with --json is printed where the answer would be. */
function fail(error: unknown, asJson: boolean): number {
  const { code, message } = told(error);
  if (asJson) print(JSON.stringify({ error: { code, message } }, null, 2));
  else process.stderr.write(`${code}: ${message}\n`);
  return exits[code] ?? 1;
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
  if (error instanceof Unavailable || error instanceof Hopeless) return { code: 'unavailable', message: error.message };
  return { code: 'internal', message: `${describeFailure(error)}. Nothing more is known; tell the developers.` };
}

if (require.main === module) {
  main(process.argv.slice(2)).then(
    (code) => process.exit(code),
    (error) => process.exit(fail(error, false)),
  );
}
