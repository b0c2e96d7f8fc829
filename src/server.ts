import { createApp } from './app.js';
import type { Config } from './config.js';
import { connectDatabase, readingDatabase } from './database.js';
import { every } from './every.js';
import { hintJob, rereadsThrough } from './jobs.js';
import { type Running, runProcess } from './lifecycle.js';
import { listen } from './listen.js';
import type { Log } from './log.js';
import { createMetrics, createProcessMetrics } from './metrics.js';
import { createOutageLog, type OutageLog } from './outage-log.js';
import { openSite } from './people.js';
import { connectProducer, type NewJob } from './queue/produce.js';
import { readAfterGaps } from './reconcile/read-after-gap.js';
import { clockDiffers, sharedClock } from './shared-clock.js';
import { stytchOutageLog } from './stytch-outage.js';
import { tracedWebhook } from './tracing/traced-webhook.js';
import { openTracing, type Tracing } from './tracing/tracing.js';
import { createGauges } from './watch/gauges.js';
import { oldestPending, type PendingHint } from './watch/sla.js';
import { tellMetrics } from './watch/telling.js';
import { readReports } from './watch/worker-reports.js';
import { messagesOf } from './web/express-messages.js';
import { bodyBytes } from './webhook/authenticate.js';
import { bodyReader } from './webhook/read-body.js';
import { createReceiver } from './webhook/receiver.js';
import { watchStrangers } from './webhook/strangers.js';
import { together } from './webhook/together.js';
import { createVerify } from './webhook/verify.js';

/** For tests: nothing done unasked, where what it would find is not the subject. */
export type ServerOptions = { schedules?: boolean };

/** The HTTP process: any number of them behind a load balancer. `port` is where it listens (PORT may be 0). */
export async function startServer(
  config: Config,
  log: Log,
  { schedules = true }: ServerOptions = {},
): Promise<Running & { port: number }> {
  const metrics = createMetrics();
  const processMetrics = createProcessMetrics();
  const tracing = await openTracing(config, 'server', log);
  const { database, queue, enqueue, probes } = connectStores(config, tracing, log);
  const clock = sharedClock(database, (clockOffsetSeconds) => log.warn({ clockOffsetSeconds }, clockDiffers));
  const receiver = createReceiver({
    now: clock.now,
    readBody: bodyReader(bodyBytes),
    verify: createVerify(config.STYTCH_WEBHOOK_SECRETS),
    projectId: config.STYTCH_PROJECT_ID,
    enqueue: (hint) => enqueue(hintJob(hint, tracing.carry())),
    onReceived: ({ svixId, eventId, eventType, organizationId, memberIds }) => {
      metrics.webhooksAccepted.inc();
      log.debug({ svixId, eventId, eventType, organizationId, memberIds }, 'hint received');
    },
    onRejected: (reason, isTold) => {
      metrics.webhookRejections.inc({ reason });
      if (isTold && reason !== 'queue_unavailable') log.warn({ reason }, 'webhook rejected');
    },
    strangers: watchStrangers((count) => log.warn({ count }, 'more webhooks rejected in a minute than are told of')),
  });
  const oldest = async () => oldestPending(await queue.pending(), clock.now().at.getTime());
  const gauges = createGauges({
    database,
    countJobs: queue.count,
    oldestPendingSeconds: async () => (await oldest())?.ageSeconds ?? 0,
    clockOffsetSeconds: clock.offsetSeconds,
    settings: { slaSeconds: config.SLA_SECONDS, sweepIntervalSeconds: config.SWEEP_INTERVAL_SECONDS },
  });
  const toldByMetrics = {
    counters: metrics.registry,
    process: processMetrics,
    gauges,
    readReports: () => readReports(database),
  };
  const rereads = rereadsThrough(queue);
  const logStytch = stytchOutageLog(log);
  const people = openSite(config, {
    database,
    rereads,
    oldestWaitingSeconds: async () => (await oldest())?.ageSeconds ?? null,
    onStytchCall: (call, status) => {
      metrics.stytchRequests.inc({ call, status });
      logStytch(call, status);
    },
    log,
  });
  let stopping = false;
  const isStopping = () => stopping;
  const app = createApp({
    ...{ receiver: tracedWebhook(receiver, tracing), site: people.site, probes, isStopping, log },
    metrics: () => tellMetrics(toldByMetrics),
  });
  const listening = await listen({ handle: app, messages: messagesOf(app) }, config, isStopping);
  const gaps = readAfterGaps(rereads, log);
  if (schedules) void gaps.after('receiver');
  const slaWatch = every(slaCheckEveryMs, async () => {
    await Promise.allSettled([probes.database(), probes.queue()]); // so that an outage is told of, and its end, unasked
    await tellOfBreach(oldest, config.SLA_SECONDS, log);
  });
  return {
    port: listening.port,
    drain: () => {
      stopping = true;
    },
    stop: async () => {
      stopping = true;
      await listening.close();
      gaps.close();
      await slaWatch.stop();
      await clock.stop();
      await Promise.all([queue.close(), people.close(), database.$disconnect()]);
      await tracing.close();
    },
  };
}

/** What the process stands on, and how to find out whether it can be used; outages are logged. */
function connectStores(config: Config, tracing: Tracing, log: Log) {
  const outages = { database: createOutageLog(log, 'database'), queue: createOutageLog(log, 'queue') };
  const database = connectDatabase(config.DATABASE_URL, { connections: connectionsMax });
  const home = { redisUrl: config.REDIS_URL, databaseUrl: config.DATABASE_URL, tracing: tracing.queue };
  const queue = connectProducer(home, outages.queue.failed);
  const enqueue = (jobs: NewJob[]) => telling(outages.queue, queue.add(jobs, { deadlineMs: enqueueDeadlineMs }));
  const askDatabase = () => readingDatabase(() => database.$queryRaw`SELECT 1`);
  const probes = {
    database: () => telling(outages.database, askDatabase()),
    // A queue that is slower than that refuses webhooks too.
    queue: () => telling(outages.queue, queue.trialWrite({ deadlineMs: enqueueDeadlineMs })),
  };
  return { database, queue, enqueue: together(enqueue), probes };
}

/** Tells the outage log what became of it. */
async function telling<T>(outage: OutageLog, work: Promise<T>): Promise<T> {
  try {
    const result = await work;
    outage.succeeded();
    return result;
  } catch (error) {
    outage.failed(error);
    throw error;
  }
}

/** Webhooks need no database, and pages are few; every process counts against the server's max_connections. */
const connectionsMax = 5;

const slaCheckEveryMs = 15_000;

/** Also when no worker is alive: that is when it matters. */
async function tellOfBreach(oldest: () => Promise<PendingHint | null>, slaSeconds: number, log: Log): Promise<void> {
  const hint = await oldest().catch(() => null); // with the queue away there is nothing to be seen in it
  if (hint !== null && hint.ageSeconds > slaSeconds)
    log.error({ ...hint, slaSeconds }, 'SLA breached: not handled yet');
}

/** Leaves half a second of the contract's 2 s for everything else. */
const enqueueDeadlineMs = 1_500;

if (require.main === module) void runProcess('server', startServer);
