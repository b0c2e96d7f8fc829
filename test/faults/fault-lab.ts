import type { Database } from '../../src/database/database.js';
import type { QueueHome } from '../../src/queue/backend.js';
import type { Emulator } from '../emulator/emulator.js';
import { keepAccessLog } from '../helpers/access-log.js';
import { eventually } from '../helpers/eventually.js';
import type { TestProcess } from '../helpers/processes.js';
import { type BackendName, inspectQueue } from '../helpers/queue.js';
import type { Wire } from '../helpers/wire.js';
import type { LocalPostgres } from '../local/postgres.js';
import type { LocalRedis } from '../local/redis.js';
import { bystanders, connectedTeam, type FaultTeam, giveKeys } from './acme.js';
import {
  abandonProcesses,
  createEndings,
  type Endings,
  pointWebhooksAt,
  prepareProcesses,
  startParts,
} from './fault-parts.js';
import { createObservation, type Observation } from './observe-rows.js';
import { patienceMs } from './patience.js';
import { drawWeakSearch, type WeakSearch } from './weak-search.js';

/**
 * The system as processes of their own, on a PostgreSQL and a queue of their own that may be stopped, with a team (Acme)
 * in which things happen and bystanders to whom nothing may. Time is scaled: sweeps every 5 s instead of every 240.
 */
export type FaultLab = FaultTeam &
  Observation & {
    emulator: Emulator;
    database: Database;
    postgres: LocalPostgres;
    redis: LocalRedis | null;
    wires: { postgres: Wire; redis: Wire | null };
    home: QueueHome;
    url: string;
    search: WeakSearch;
    /** Those that were started, the first ones included. */
    receivers: TestProcess[];
    workers: TestProcess[];
    receiver(): Promise<TestProcess>;
    worker(): Promise<TestProcess>;
    /** In order, as production is stopped. @throws when something does not stop */
    stop(): Promise<void>;
    /** After a failure. */
    abandon(): Promise<void>;
  };

export type FaultLabOptions = { backend?: BackendName; people?: number; env?: Record<string, string> };

const sweepIntervalSeconds = 5;

export async function startFaultLab(options: FaultLabOptions = {}): Promise<FaultLab> {
  const endings = createEndings();
  const started: TestProcess[] = [];
  const abandon = async () => {
    await abandonProcesses(started);
    await endings.run().catch(() => {}); // the failure that led here is the one to tell of
  };
  try {
    return { ...(await startIn(options, endings, started)), abandon };
  } catch (error) {
    await abandon();
    throw error;
  }
}

async function startIn(options: FaultLabOptions, endings: Endings, started: TestProcess[]) {
  const { backend = 'redis', people = 30, env = {} } = options;
  const { postgres, database, queue, emulator, wires } = await startParts(backend, endings);
  const settings = { SWEEP_INTERVAL_SECONDS: String(sweepIntervalSeconds), ...env };
  const processes = await prepareProcesses({ wires, emulator }, settings, endings);
  pointWebhooksAt(emulator, processes.url);
  const team = await connectedTeam(emulator, database, 'Acme', people);
  started.push(...(await Promise.all([processes.receiver(), processes.worker()])));
  await eventually(async () => {
    const mirrored = await database.user.count({ where: { teamId: team.teamId, stytchMemberId: { not: null } } });
    return mirrored === people;
  }, patienceMs);
  await giveKeys(database, team.teamId);
  const { expectUnmoved } = await bystanders(emulator, database, team.teamId);
  const search = drawWeakSearch(emulator);
  const log = await keepAccessLog(database);
  const observation = createObservation({ emulator, database, ...team, expectUnmoved, search, log });
  await observation.right();
  await startIsOver(queue.home);
  await log.startAnew();
  search.begin();
  const { url, receivers, workers } = processes;
  const track = async (starting: Promise<TestProcess>) => {
    const one = await starting;
    started.push(one);
    return one;
  };
  return {
    ...{ emulator, database, postgres, redis: queue.redis, wires, home: queue.home, url, receivers, workers },
    ...{ ...team, ...observation, search },
    receiver: () => track(processes.receiver()),
    worker: () => track(processes.worker()),
    stop: async () => {
      emulator.faults.reset();
      await endings.run();
    },
  };
}

/** A start makes every team be read; what comes after must not be owed to that. */
async function startIsOver(home: QueueHome): Promise<void> {
  await eventually(async () => {
    const { waiting, active, delayed } = await inspectQueue(home, 'sweeps', (queue) => queue.getJobCounts());
    return waiting === 0 && active === 0 && delayed === 0;
  }, patienceMs);
}
