import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A process beside the bench: what is measured never shares a thread with what measures. */
export type Child = {
  pid: number;
  /** Calls a command of a process of ours (bench's own, by IPC). */
  call<T>(command: string, argument?: unknown): Promise<T>;
  /** The most memory it ever had, in MiB. */
  peakMiB(): number;
  cpuSeconds(): number;
  stop(): Promise<void>;
};

/** A file of test/bench that answers commands (answering.ts). */
export function startHelper(file: string, options: { cpu?: number } = {}): Child {
  const child = fork(join(__dirname, file), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  pin(child, options.cpu);
  let calls = 0;
  const call = <T>(command: string, argument?: unknown): Promise<T> =>
    new Promise((done, fail) => {
      const id = ++calls;
      const onMessage = (answer: { id: number; value?: T; error?: string }) => {
        if (answer.id !== id) return;
        child.off('message', onMessage);
        if (answer.error === undefined) done(answer.value as T);
        else fail(new Error(`${file} ${command}: ${answer.error}`));
      };
      child.on('message', onMessage);
      child.send({ id, command, argument });
    });
  return { ...measured(child), call };
}

/** A process as production starts it, with `npm start` or `npm run worker`; what it writes goes to a file. */
export function startProduction(
  script: 'start' | 'worker',
  env: Record<string, string | undefined>,
  options: { logFile: string; cpu?: number; profiles?: string },
): Child {
  const log = openSync(options.logFile, 'a');
  const profiling = options.profiles === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${options.profiles}`];
  const child = spawn(process.execPath, [...profiling, ...wordsOf(script)], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  pin(child, options.cpu);
  return { ...measured(child), call: () => Promise.reject(new Error('It takes no commands.')) };
}

/** CPU that a process and its ended children have used; Linux counts in hundredths of a second. */
export function cpuSecondsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  const hundredths = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  return hundredths / 100;
}

/** Of a process and all that it has started and that still run. */
export function cpuSecondsOfTree(pid: number): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean);
  return children.reduce((sum, child) => sum + cpuSecondsOf(Number(child)), cpuSecondsOf(pid));
}

/** Without npm between us and the process. */
function wordsOf(script: 'start' | 'worker'): string[] {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'));
  return scripts[script].split(' ').slice(1);
}

function measured(child: ChildProcess): Omit<Child, 'call'> {
  return {
    pid: child.pid ?? 0,
    peakMiB: () => {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      return Math.round(Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024);
    },
    cpuSeconds: () => cpuSecondsOf(child.pid ?? 0),
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

/** So that a receiver and its load don't take turns on one core; where taskset is missing they do. */
function pin(child: ChildProcess, cpu: number | undefined): void {
  if (cpu !== undefined)
    spawn('taskset', ['-a', '-c', '-p', String(cpu), String(child.pid)], { stdio: 'ignore' }).on('error', () => {});
}
