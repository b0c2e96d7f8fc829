import { randomUUID } from 'node:crypto';
import { noticeConnection } from '../src/admin/connection/notice-connection.js';
import type { Config } from '../src/config/config.js';
import { connectDatabase, type Database } from '../src/database/database.js';
import { clockDiffers, sharedClock } from '../src/database/shared-clock.js';
import type { Rereads } from '../src/directory/rereads.js';
import type { Log } from '../src/log/log.js';
import { createOutageLog, type OutageLog } from '../src/log/outage-log.js';
import { failedJobLog } from '../src/monitoring/failed-job-log.js';
import { createMetrics, type Metrics } from '../src/monitoring/metrics.js';
import type { Notices } from '../src/monitoring/observer.js';
import { createObserver, type Observer } from '../src/monitoring/observer.js';
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
import { stytchOutageLog } from '../src/stytch/outage.js';
import { connectStytchPeople } from '../src/stytch/people.js';
import { type BudgetedDirectory, type Urgency, withSearchBudget } from '../src/stytch/search-budget.js';
import { connectSessions, type StytchSessions } from '../src/stytch/sessions.js';
import { type FairLane, fairLane } from '../src/sync/members/fair-lane.js';
import { revokeSessions } from '../src/sync/sessions/revoke-sessions.js';
import { type Gap, readAfterGaps } from '../src/sync/sweep/read-after-gap.js';

/** What the consumers of one worker process share. */
export type WorkerContext = {
  workerId: string;
  home: QueueHome;
  database: Database;
  queue: Producer;
  /** Stytch for whom it is: in a hurry, or able to wait for its limits. */
  stytchFor(urgency: Urgency): BudgetedDirectory;
  rereads: Rereads;
  /** How far a search of Stytch's may be behind. */
  searchLagMs: number;
  /** Room for Stytch's answers, of all lanes but the leavers'. */
  memory: Memory;
  /** Where members are asked about directly, the teams in turn. */
  lane: FairLane;
  notices: Notices;
  /** For replays: where failed jobs are found, and tried again. */
  queues: QueueInspector;
  /** Ends the Stytch sessions of those who left. */
  sessions: StytchSessions;
  /** Has it done for who has just been put out. */
  onLeft(): void;
  /** Compares a team's SCIM connection with what Scanner knows of it. */
  noticeConnection(teamId: string): Promise<void>;
  metrics: Metrics;
  observer: Observer;
  log: Log;
  tracing: Tracing;
  consuming: ConsumeOptions;
  /** Reads every team again, because something was away and may have been missed. */
  afterGap(gap: Gap): void;
  /** Of what is asked every few seconds whether it is there. */
  outages: { database: OutageLog; queue: OutageLog };
  close(): Promise<void>;
};

/** Hints and looks that are worked on together: one search asks for as many members. */
export const batchMax = 1000;
/** For batches, sweeps and schedules side by side; every process counts against the server's max_connections. */
const connectionsMax = 8;
/** Stytch publishes no limit for direct gets, so we stay modest; half of them are always free for another team. */
export const directLooks = { atOnce: 10, atOnceOfOne: 5 };
/** A probe may have to wait for a connection in a storm; what a shorter gap interrupts is tried again by itself. */
const databaseAwayAfterMs = 5_000;
/** As long as Svix waits before its second attempt. The third comes after five minutes, so all is read before. */
const queueAwayAfterMs = 5_000;
/** Stytch refuses a call now and then; only a real outage makes everybody be read again. */
const stytchAwayAfterMs = 10_000;

/** For tests: shorter waits, and no schedules where what they would find is not the subject. */
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
  const outages = {
    database: logged(
      createOutageLog(log, 'database'),
      watchOutages(() => afterGap('database'), databaseAwayAfterMs),
    ),
    queue: logged(
      queueLog,
      watchOutages(() => afterGap('queue'), queueAwayAfterMs),
    ),
  };
  const queue = connectProducer(home, onError, () => afterGap('queue'));
  const queues = inspectQueues(home, onError);
  const rereads = rereadsThrough(queue, timing);
  const gaps = readAfterGaps(rereads, log);
  const metrics = createMetrics();
  const clock = sharedClock(database, (clockOffsetSeconds) => log.warn({ clockOffsetSeconds }, clockDiffers));
  const observer = createObserver({ metrics, log, slaSeconds: config.SLA_SECONDS, now: () => clock.now().at });
  const logFailed = failedJobLog(log);
  const { searchLagMs } = timing;
  const access = accessOf(config, metrics, log);
  const stytch = connectWatchedStytch(access, () => afterGap('stytch'));
  const people = connectStytchPeople(access);
  const sessions = connectSessions(access);
  const revoking = createCoalescer(
    () => revokeSessions({ database, sessions, onSessionsKept: observer.sessionsKept }).catch(() => {}), // a schedule does it again
  );
  const perMinute = config.STYTCH_SEARCHES_PER_MINUTE;
  return {
    ...{ workerId: randomUUID(), home, database, queue, queues, rereads, searchLagMs, metrics, observer, log, tracing },
    ...{ afterGap, outages, notices: observer, sessions, onLeft: revoking.nudge },
    ...{ memory: createMemory(), lane: fairLane(directLooks) },
    stytchFor: (urgency) => {
      const budgeted = withSearchBudget(tracedStytch(stytch, tracing), database, { perMinute, urgency });
      return urgency === 'leaver' ? budgeted : { ...budgeted, ...withBackoff(budgeted) };
    },
    noticeConnection: (teamId) => noticeConnection({ database, stytch: people.connections }, teamId),
    consuming: {
      concurrency: config.WORKER_CONCURRENCY,
      onError,
      onFailed: (attempt) => {
        if (attempt.final && attempt.isHint) observer.givenUp();
        logFailed(attempt);
      },
    },
    close: async () => {
      gaps.close();
      await Promise.all([clock.stop(), revoking.settled()]);
      await Promise.all([queue.close(), queues.close(), database.$disconnect()]);
      await tracing.close();
    },
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
