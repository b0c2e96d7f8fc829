import { parseArgs } from 'node:util';
import { RequestProblem } from '../../errors/request-problem.js';
import type { Command } from './command.js';

export type Parsed = {
  command: Command;
  positionals: string[];
  values: Record<string, string | boolean | undefined>;
};

/**
 * Words of a command line -> the verb and its options. Pure.
 * @throws RequestProblem
 */
export function parseCommand(commands: readonly Command[], words: readonly string[]): Parsed {
  const [name, ...rest] = words;
  const command = commands.find((one) => one.name === name);
  if (command === undefined) throw unknownVerb(commands, name);
  const common = { json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } as const;
  const act = { reason: { type: 'string' }, actor: { type: 'string' } } as const;
  const options = { ...common, ...(command.isAct ? act : {}), ...command.options };
  const { positionals, values } = parse({ args: rest, options, allowPositionals: true, strict: true }, command.name);
  const { min, max } = command.positionals ?? { min: 0, max: 0 };
  if (values.help !== true && positionals.length < min) throw usage(`${command.name} needs ${command.usage}.`, command);
  if (positionals.length > max) throw usage(`${command.name} takes no ${positionals[max]}.`, command);
  return { command, positionals, values: values as Parsed['values'] };
}

function parse(config: Parameters<typeof parseArgs>[0], verb: string) {
  try {
    return parseArgs(config);
  } catch (error) {
    const sentence = String((error as Error).message).split('. ')[0] ?? '';
    throw new RequestProblem('usage', `${sentence.replace(/\.$/, '')}. See ${verb} --help.`);
  }
}

function usage(sentence: string, { name }: Command): RequestProblem {
  return new RequestProblem('usage', `${sentence} See ${name} --help.`);
}

function unknownVerb(commands: readonly Command[], name: string | undefined): RequestProblem {
  const names = commands.map((one) => one.name).join(', ');
  return new RequestProblem('usage', `${name ?? 'Nothing'} is no verb. There is ${names}. See --help.`);
}
