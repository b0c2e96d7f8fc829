import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { eventually } from './eventually.js';

/** A process as production starts it: the compiled file, its environment, its signals. */
export type TestProcess = {
  child: ChildProcess;
  /** Everything it has written so far. */
  output(): string;
  kill(signal: NodeJS.Signals): void;
  /** Resolves with its exit code, or the signal that ended it. */
  exited: Promise<number | NodeJS.Signals>;
};

const scripts = { server: 'dist/src/server.js', worker: 'dist/workers/main.js', migrate: 'dist/src/migrate.js' };

export function spawnProcess(name: keyof typeof scripts, env: Record<string, string | undefined>): TestProcess {
  const child = spawn(process.execPath, [resolve(scripts[name])], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const written: string[] = [];
  child.stdout.on('data', (chunk) => written.push(String(chunk)));
  child.stderr.on('data', (chunk) => written.push(String(chunk)));
  return {
    child,
    output: () => written.join(''),
    kill: (signal) => void child.kill(signal),
    exited: once(child, 'exit').then(([code, signal]) => code ?? signal),
  };
}

/** Starts it and waits for its word that it has. */
export async function startProcess(
  name: 'server' | 'worker',
  env: Record<string, string | undefined>,
): Promise<TestProcess> {
  const started = spawnProcess(name, env);
  await eventually(() => {
    if (started.child.exitCode !== null) throw new Error(`${name} ended: ${started.output()}`);
    return started.output().includes('"msg":"started"');
  }, 60_000);
  return started;
}

/** Ends a process in order; fails if it does not. */
export async function stopProcess(one: TestProcess): Promise<void> {
  one.kill('SIGTERM');
  const code = await one.exited;
  if (code !== 0) throw new Error(`The process ended with ${code}: ${one.output().slice(-2000)}`);
}
