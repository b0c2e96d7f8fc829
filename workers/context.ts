import { randomUUID } from 'node:crypto';
import { noticeConnection } from '../src/admin/connection/notice-connection.js';
import type { Config } from '../src/config/config.js';
import { connectDatabase, type Database } from '../src/database/database.js';
import { clockDiffers, type SharedClock, sharedClock } from '../src/database/shared-clock.js';
import type { Rereads } from '../src/directory/rereads.js';
import type { Log } from '../src/log/log.js';
import { createOutageLog, type OutageLog } from '../src/log/outage-log.js';
import { failedJobLog } from '../src/monitoring/failed-job-log.js';
import { createMetrics, type Metrics } from '../src/monitoring/metrics.js';
import { createObserver, type Notices, type Observer } from '../src/monitoring/observer.js';
import { logged, watchOutages } from '../src/monitoring/outages.js';
import { tracedDatabase } from '../src/monitoring/tracing/traced-database.js';
import { tracedStytch } from '../src/monitoring/tracing/traced-stytch.js';
import type { Tracing } from '../src/monitoring/tracing/tracing.js';
import { createCoalescer } from '../src/process/coalesce.js';
import { createMemory, type Memory } from '../src/process/memory-budget.js';
import type { QueueHome } from '../src/queue/backend.js';
import type { ConsumeOptions } from '../src/queue/consume.js';
import { inspectQueues, type QueueInspector } from '../src/queue/inspect.js';
import { type RereadTiming, rereadsThrough, rereadTiming } from '../src/queue/jobs.js';
import { connectProducer, type Producer } from '../src/queue/produce.js';
import { withBackoff } from '../src/stytch/backoff.js';
import { connectStytch } from '../src/stytch/directory.js';
import { connectLookups, type StytchLookups } from '../src/stytch/lookups.js';
import { stytchOutageLog } from '../src/stytch/outage.js';
import { connectStytchPeople } from '../src/stytch/people.js';
import { type BudgetedDirectory, type Urgency, withSearchBudget } from '../src/stytch/search-budget.js';
import { connectSessions, type StytchSessions } from '../src/stytch/sessions.js';
import { exceptFailedHints, failedHintNotes } from '../src/sync/members/failed-hints.js';
import { type FairLane, fairLane } from '../src/sync/members/fair-lane.js';
import { revokeSessions } from '../src/sync/sessions/revoke-sessions.js';
import { type Gap, readAfterGaps } from '../src/sync/sweep/read-after-gap.js';

/** What the consumers of one worker process share. */
export type WorkerContext = {
  workerId: string;
  home: QueueHome;
  database: Database;
  clock: SharedClock;
  queue: Producer;
  /** A Stytch client whose share of the search budget depends on the urgency. */
  stytchFor(urgency: Urgency): BudgetedDirectory;
  rereads: Rereads;
  /** How far a search may lag. */
  searchLagMs: number;
  /** Room in memory for Stytch's answers, for all queues except `leavers`. */
  memory: Memory;
  /** Runs direct reads; teams take turns. */
  lane: FairLane;
  notices: Notices;
  /** Finds and retries failed jobs, for replays. */
  queues: QueueInspector;
  /** Ends the Stytch sessions of leavers. */
  sessions: StytchSessions;
  /** Lists organizations, for the expiry of their tokens. */
  lookups: StytchLookups;
  /** Called after a user was deactivated: ends their sessions soon. */
  onDeactivated(): void;
  /** Compares a team's SCIM connection with Scanner's row. */
  noticeConnection(teamId: string): Promise<void>;
  metrics: Metrics;
  observer: Observer;
  log: Log;
  tracing: Tracing;
  consuming: ConsumeOptions;
  /** Requests a sweep of every team, because events may have been missed. */
  afterGap(gap: Gap): void;
  /** For the probes, which check every few seconds. */
  outages: { database: OutageLog; queue: OutageLog };
  close(): Promise<void>;
};

/** Hints or rereads in one batch: as many as one search takes. */
export const batchMax = 1000;
/** For batches, sweeps and schedules side by side. The connections of all processes count against max_connections. */
const connectionsMax = 8;
/** Stytch documents no limit for gets. One team uses at most half of them, so the rest is free for other teams. */
export const directReads = { atOnce: 10, atOnceOfOne: 5 };
/** In a storm a probe may wait for a connection. What a shorter outage interrupts is retried anyway. */
const databaseAwayAfterMs = 5_000;
/** Svix makes its second attempt after 5 s. The third comes after five minutes, so every team is swept before it. */
const queueAwayAfterMs = 5_000;
/** Single failed calls are normal. Only an outage leads to a sweep of every team. */
const stytchAwayAfterMs = 10_000;

/** For tests: shorter waits, and no schedules. */
export type WorkerOptions = { timing?: RereadTiming; schedules?: boolean };

export function createContext(
  config: Config,
  log: Log,
  tracing: Tracing,
  { timing = rereadTiming }: WorkerOptions,
): WorkerContext {
  const home = { redisUrl: config.REDIS_URL, databaseUrl: config.DATABASE_URL, tracing: tracing.queue };
  const database = tracedDatabase(connectDatabase(config.DATABASE_URL, { connections: connectionsMax }), tracing);
  const afterGap: WorkerContext['afterGap'] = (gap) => void gaps.after(gap);
  const queueLog = createOutageLog(log, 'queue');
  const onError = queueLog.failed;
  const queue = connectProducer(home, onError, () => afterGap('queue'));
  const queues = inspectQueues(home, onError);
  const rereads = exceptFailedHints(rereadsThrough(queue, timing), { database, queues });
  const gaps = readAfterGaps(rereads, log);
  const metrics = createMetrics();
  const clock = sharedClock(database, (clockOffsetSeconds) => log.warn({ clockOffsetSeconds }, clockDiffers));
  const observer = createObserver({ metrics, log, slaSeconds: config.SLA_SECONDS, now: () => clock.now().at });
  const access = accessOf(config, metrics, log);
  const stytch = connectWatchedStytch(access, () => afterGap('stytch'));
  const people = connectStytchPeople(access);
  const sessions = connectSessions(access);
  const revoking = createCoalescer(
    () => revokeSessions({ database, sessions, onSessionsKept: observer.sessionsKept }).catch(() => {}), // a schedule retries it
  );
  const perMinute = config.STYTCH_SEARCHES_PER_MINUTE;
  return {
    workerId: randomUUID(),
    home,
    database,
    clock,
    queue,
    queues,
    rereads,
    searchLagMs: timing.searchLagMs,
    metrics,
    observer,
    log,
    tracing,
    afterGap,
    outages: watchDependencies({ database: createOutageLog(log, 'database'), queue: queueLog }, afterGap),
    notices: observer,
    sessions,
    lookups: connectLookups(access),
    onDeactivated: revoking.nudge,
    memory: createMemory(),
    lane: fairLane(directReads),
    stytchFor: (urgency) => {
      const budgeted = withSearchBudget(tracedStytch(stytch, tracing), database, { perMinute, urgency });
      return urgency === 'leaver' ? budgeted : { ...budgeted, ...withBackoff(budgeted) };
    },
    noticeConnection: (teamId) => noticeConnection({ database, stytch: people.connections }, teamId),
    consuming: {
      concurrency: config.WORKER_CONCURRENCY,
      onError,
      onFailed: reportFailed({ database, queues, observer, log }),
    },
    close: async () => {
      gaps.close();
      await Promise.all([clock.stop(), revoking.settled()]);
      await Promise.all([queue.close(), queues.close(), database.$disconnect()]);
      await tracing.close();
    },
  };
}

/** After an outage of the database or the queue, events may have been missed. */
function watchDependencies(logs: WorkerContext['outages'], afterGap: WorkerContext['afterGap']) {
  const database = watchOutages(() => afterGap('database'), databaseAwayAfterMs);
  const queue = watchOutages(() => afterGap('queue'), queueAwayAfterMs);
  return { database: logged(logs.database, database), queue: logged(logs.queue, queue) };
}

function reportFailed({
  observer,
  log,
  ...parts
}: Pick<WorkerContext, 'database' | 'queues' | 'observer' | 'log'>): ConsumeOptions['onFailed'] {
  const logFailed = failedJobLog(log);
  const note = failedHintNotes(parts);
  return (attempt, data) => {
    logFailed(attempt);
    if (!attempt.final || !attempt.isHint) return;
    observer.givenUp();
    note(attempt.jobId, data);
  };
}

function accessOf(config: Config, metrics: Metrics, log: Log) {
  const { STYTCH_PROJECT_ID: projectId, STYTCH_SECRET: secret, STYTCH_BASE_URL: baseUrl } = config;
  const logOutage = stytchOutageLog(log);
  const onCall = (call: string, status: string) => {
    metrics.stytchRequests.inc({ call, status });
    logOutage(call, status);
  };
  return { projectId, secret, baseUrl, onCall };
}

function connectWatchedStytch(access: ReturnType<typeof accessOf>, onBack: () => void) {
  const watch = watchOutages(onBack, stytchAwayAfterMs);
  return connectStytch({
    ...access,
    onCall: (call, status) => {
      access.onCall(call, status);
      if (/^(5|timeout|network)/.test(status)) watch.failed();
      else watch.succeeded();
    },
  });
}
