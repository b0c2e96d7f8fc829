import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Config, ConfigProblem, loadConfig } from '../config/config.js';
import { queueKind } from '../config/redis-url.js';
import { describeFailure } from '../errors/errors.js';
import { logLibraryOutput } from '../log/library-output.js';
import { createLog, type Log } from '../log/log.js';
import { nodeVersion, version } from './version.js';

export type ProcessName = 'server' | 'worker';

/** A started part of the process. */
export type Running = {
  /** Announces that the process will stop soon. It continues to work. Only for a process that receives requests. */
  drain?(): void;
  /** Stops. Resolves when everything that was accepted is safe. */
  stop(): Promise<void>;
};

/** The time to stop, after the drain. Then the process exits anyway, and another worker takes over the unfinished jobs. */
const stopTimeoutMs = 20_000;

/**
 * Runs one process: reads the environment, exits on bad configuration, starts, and stops on a signal. The first SIGTERM or
 * SIGINT stops it gracefully, the second at once. SIGTERM also drains first, so that a load balancer sees that the process
 * is not ready. SIGINT (Ctrl-C) does not drain, because there is no load balancer.
 */
export async function runProcess(
  name: ProcessName,
  start: (config: Config, log: Log) => Promise<Running>,
): Promise<void> {
  loadDotEnv();
  const config = configOrExit();
  const log = createLog({ level: config.LOG_LEVEL, name });
  logLibraryOutput(log);
  process.on('unhandledRejection', (error) => die(log, 'unhandled promise rejection', error));
  process.on('uncaughtException', (error) => die(log, 'uncaught exception', error));
  try {
    logStart(name, config, log);
    const running = await start(config, log);
    stopOnSignal(running, log, config.DRAIN_SECONDS);
    log.info('started');
  } catch (error) {
    die(log, 'startup failed', error);
  }
}

/** The first line of each process's log, written before anything can fail. Only the server has a port. */
export function logStart(name: ProcessName, { PORT, REDIS_URL }: Config, log: Log): void {
  const place = name === 'server' ? { port: PORT } : {};
  log.info({ version, node: nodeVersion, ...place, queueKind: queueKind(REDIS_URL) }, 'starting');
}

/** Reads .env from the current folder, if there is one. Variables of the environment take precedence. */
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
    if (stopping) die(log, 'second signal: exiting at once', null);
    stopping = true;
    log.info({ signal }, 'stopping');
    const drainMs = signal === 'SIGTERM' && running.drain ? drainSeconds * 1000 : 0;
    setTimeout(
      () => die(log, `shutdown timed out after ${stopTimeoutMs / 1000} s`, null),
      drainMs + stopTimeoutMs,
    ).unref();
    drainAndStop(running, drainMs).then(
      () => process.exit(0),
      (error) => die(log, 'shutdown failed', error),
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

function die(log: Log, message: string, error: unknown): never {
  log.error(error === null ? {} : { error: describeFailure(error) }, message);
  process.exit(1);
}
