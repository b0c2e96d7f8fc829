import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { testEnv } from './config.js';

export type CommandResult = { code: number; stdout: string; stderr: string; json: unknown };

/** The command line as support runs it: a process of its own, its environment, its exit code. */
export async function support(env: Record<string, string | undefined>, ...words: string[]): Promise<CommandResult> {
  const child = startSupport(env, ...words);
  const [out, err]: string[][] = [[], []];
  child.stdout.on('data', (chunk) => out?.push(String(chunk)));
  child.stderr.on('data', (chunk) => err?.push(String(chunk)));
  const [code] = await once(child, 'close');
  const stdout = out?.join('') ?? '';
  return { code, stdout, stderr: err?.join('') ?? '', json: words.includes('--json') ? JSON.parse(stdout) : null };
}

export function startSupport(env: Record<string, string | undefined>, ...words: string[]) {
  return spawn(process.execPath, [resolve('dist/src/support/cli.js'), ...words], {
    env: { PATH: process.env.PATH, ...testEnv(env) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}
