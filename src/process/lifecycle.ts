import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Config, ConfigProblem, loadConfig } from '../config/config.js';
import { queueKind } from '../config/redis-url.js';
import { describeFailure } from '../errors/errors.js';
import { logLibraryOutput } from '../log/library-output.js';
import { createLog, type Log } from '../log/log.js';
import { nodeVersion, version } from './version.js';

export type ProcessName = 'server' | 'worker';

/** Something that was started, and how to stop it. */
export type Running = {
  /** For what somebody else sends requests to: says that it is about to stop, and goes on working. */
  drain?(): void;
  /** Resolves when all that was accepted is safe. */
  stop(): Promise<void>;
};

/** After this, from when it takes nothing more, the process ends anyway; unfinished jobs are taken over by another worker. */
const stopWithinMs = 20_000;

/**
 * Runs one process from start to end: reads the environment, refuses to start on bad configuration, stops in order on
 * the first SIGTERM or SIGINT and at once on the second. After SIGTERM, which machines send, it goes on for as long as a
 * load balancer needs to see that it is not ready any more; somebody who presses Ctrl-C has none.
 */
export async function runProcess(
  name: ProcessName,
  start: (config: Config, log: Log) => Promise<Running>,
): Promise<void> {
  loadDotEnv();
  const config = configOrExit();
  const log = createLog({ level: config.LOG_LEVEL, name });
  logLibraryOutput(log);
  process.on('unhandledRejection', (error) => die(log, 'a promise was rejected and nobody listened', error));
  process.on('uncaughtException', (error) => die(log, 'an error was thrown and nobody caught it', error));
  try {
    logStart(name, config, log);
    const running = await start(config, log);
    stopOnSignal(running, log, config.DRAIN_SECONDS);
    log.info('started');
  } catch (error) {
    die(log, 'could not start', error);
  }
}

/** The first line of each process's log: what starts, on what, before anything can go wrong. Only the server has a port. */
export function logStart(name: ProcessName, { PORT, REDIS_URL }: Config, log: Log): void {
  const place = name === 'server' ? { port: PORT } : {};
  log.info({ version, node: nodeVersion, ...place, queueKind: queueKind(REDIS_URL) }, 'starting');
}

/** Reads .env from the current folder, if there is one. What the environment says already wins. */
export function loadDotEnv(): void {
  if (existsSync('.env')) process.loadEnvFile('.env');
}

function configOrExit(): Config {
  try {
    return loadConfig(process.env);
  } catch (error) {
    if (!(error instanceof ConfigProblem)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}

function stopOnSignal(running: Running, log: Log, drainSeconds: number): void {
  let stopping = false;
  const onSignal = (signal: NodeJS.Signals) => {
    if (stopping) die(log, 'stopped at once by a second signal', null);
    stopping = true;
    log.info({ signal }, 'stopping');
    const drainMs = signal === 'SIGTERM' && running.drain ? drainSeconds * 1000 : 0;
    setTimeout(() => die(log, `did not stop within ${stopWithinMs / 1000} s`, null), drainMs + stopWithinMs).unref();
    drainAndStop(running, drainMs).then(
      () => process.exit(0),
      (error) => die(log, 'could not stop in order', error),
    );
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
}

async function drainAndStop(running: Running, drainMs: number): Promise<void> {
  running.drain?.();
  await sleep(drainMs);
  await running.stop();
}

function die(log: Log, what: string, error: unknown): never {
  log.error(error === null ? {} : { error: describeFailure(error) }, what);
  process.exit(1);
}
