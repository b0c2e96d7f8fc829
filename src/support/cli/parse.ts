import { parseArgs } from 'node:util';
import { RequestProblem } from '../../errors/request-problem.js';
import type { Verb } from './verb.js';

export type Parsed = {
  command: Verb;
  words: string[];
  values: Record<string, string | boolean | undefined>;
};

/**
 * Words of a command line -> the verb and its options. Pure.
 * @throws RequestProblem
 */
export function parseVerb(commands: readonly Verb[], [name, ...args]: readonly string[]): Parsed {
  const command = commands.find((one) => one.name === name);
  if (command === undefined) {
    const names = commands.map((one) => one.name).join(', ');
    throw new RequestProblem('usage', `${name ?? 'Nothing'} is not a verb. The verbs are ${names}. See --help.`);
  }
  const usage = (sentence: string) => new RequestProblem('usage', `${sentence} See ${command.name} --help.`);
  const common = { json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } as const;
  const act = { reason: { type: 'string' }, actor: { type: 'string' } } as const;
  const options = { ...common, ...(command.isAct ? act : {}), ...command.options };
  try {
    const { positionals, values } = parseArgs({ args, options, allowPositionals: true, strict: true });
    const { min, max } = command.words ?? { min: 0, max: 0 };
    if (!values.help && positionals.length < min) throw usage(`${command.name} needs ${command.usage}.`);
    if (positionals.length > max) throw usage(`${command.name} takes no ${positionals[max]}.`);
    return { command, words: positionals, values: values as Parsed['values'] };
  } catch (error) {
    if (error instanceof RequestProblem) throw error;
    const [sentence = ''] = String((error as Error).message).split('. ');
    throw usage(`${sentence.replace(/\.$/, '')}.`);
  }
}

/** `--help`: all verbs, and where to begin. */
export function overview(commands: readonly Verb[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  const lines = commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`);
  return `Scanner SCIM, support: find out why, repair it, leave a trail.

  npm run support -- <verb> [options]

${lines.join('\n')}

Begin with why. It says what is wrong, and the command that repairs it.
  "Alice left on Monday and can still search"   why alice@customer.example
  "our analysts lost their role"                why <one of them>, then failed --team <team>
Then look first (--dry-run), and act (--reason "ticket …").

Every verb has --json, and --help with more. --version shows what runs.
Verbs that change something need --reason. Your name is the operating system's, or --actor.
Exit code: 0 done; 1 failed; 2 the command is wrong; 3 nothing matched, or a part was skipped. With --json an error is
{"error":{"code","message"}} on standard output.`;
}

/** `<verb> --help`. */
export function helpOf({ name, usage, summary, help, isAct }: Verb): string {
  const reason = isAct
    ? `
  --reason <text>  why; required, and kept in audit_log with your name
  --actor <name>   who you are, if it is not the name you are logged in with`
    : '';
  return `npm run support -- ${[name, usage].join(' ').trim()}${isAct ? ' --reason "…"' : ''}

${summary}

${help}
${reason}
  --json           the answer for programs`;
}
