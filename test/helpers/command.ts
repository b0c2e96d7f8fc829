import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { runVerb } from '../../src/support/cli/run-verb.js';
import { testEnv } from './config.js';

export type CommandResult = { code: number; stdout: string; stderr: string; json: unknown };
type Environment = Record<string, string | undefined>;

/** A verb as support runs it, with its environment and its exit code, but for the process of its own: that costs a second. */
export async function support(env: Environment, ...words: string[]): Promise<CommandResult> {
  const [out, err]: [string[], string[]] = [[], []];
  const code = await runVerb(words, {
    ...{ environment: () => testEnv(env), width: 160 },
    out: async (text) => void out.push(text),
    err: async (text) => void err.push(text),
  });
  return resultOf(code, out, err, words);
}

/** The same in its process, as support runs it. */
export async function supportProcess(env: Environment, ...words: string[]): Promise<CommandResult> {
  const child = startSupport(env, ...words);
  const [out, err]: [string[], string[]] = [[], []];
  child.stdout.on('data', (chunk) => out.push(String(chunk)));
  child.stderr.on('data', (chunk) => err.push(String(chunk)));
  const [code] = await once(child, 'close');
  return resultOf(code, out, err, words);
}

function resultOf(code: number, out: readonly string[], err: readonly string[], words: string[]): CommandResult {
  const stdout = out.join('');
  return { code, stdout, stderr: err.join(''), json: words.includes('--json') ? JSON.parse(stdout) : null };
}

export function startSupport(env: Environment, ...words: string[]) {
  return spawn(process.execPath, [resolve('dist/src/support.js'), ...words], {
    env: { PATH: process.env.PATH, ...testEnv(env) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}
