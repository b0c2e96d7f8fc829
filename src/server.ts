import { openApiDocument } from './admin/openapi/document.js';
import type { Config } from './config/config.js';
import { connectDatabase, withDatabaseErrors } from './database/database.js';
import { clockDiffers, sharedClock } from './database/shared-clock.js';
import { messagesOf } from './http/express-messages.js';
import type { Log } from './log/log.js';
import { createOutageLog, type OutageLog } from './log/outage-log.js';
import { createGauges } from './monitoring/gauges.js';
import { createMetrics, createProcessMetrics } from './monitoring/metrics.js';
import { metricsEndpoint } from './monitoring/metrics-endpoint.js';
import { oldestPending, type PendingHint } from './monitoring/sla.js';
import { openTracing } from './monitoring/tracing/open-tracing.js';
import { tracedWebhook } from './monitoring/tracing/traced-webhook.js';
import type { Tracing } from './monitoring/tracing/tracing.js';
import { readReports } from './monitoring/worker-reports.js';
import { atInterval } from './process/interval.js';
import { type Running, runProcess } from './process/lifecycle.js';
import { version } from './process/version.js';
import { hintJob, rereadsThrough } from './queue/jobs.js';
import { connectProducer, type NewJob } from './queue/produce.js';
import { createApp } from './server/app.js';
import { listen } from './server/listen.js';
import { openSite } from './server/open-site.js';
import { stytchOutageLog } from './stytch/outage.js';
import { readAfterGaps } from './sync/sweep/read-after-gap.js';
import { bodyBytes } from './webhook/authenticate.js';
import { batchByTick } from './webhook/batch-by-tick.js';
import { limitRefusals } from './webhook/rate-limit.js';
import { bodyReader } from './webhook/read-body.js';
import { createReceiver } from './webhook/receiver.js';
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
    strangers: limitRefusals((count) => log.warn({ count }, 'more webhooks rejected in a minute than are told of')),
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
    openApi: openApiDocument(version),
    ...{ receiver: tracedWebhook(receiver, tracing), site: people.site, probes, isStopping, log },
    metrics: () => metricsEndpoint(toldByMetrics),
  });
  const listening = await listen({ handle: app, messages: messagesOf(app) }, config, isStopping);
  const gaps = readAfterGaps(rereads, log);
  if (schedules) void gaps.after('receiver');
  const slaWatch = atInterval(slaCheckEveryMs, async () => {
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
  const askDatabase = () => withDatabaseErrors(() => database.$queryRaw`SELECT 1`);
  const probes = {
    database: () => telling(outages.database, askDatabase()),
    // A queue that is slower than that refuses webhooks too.
    queue: () => telling(outages.queue, queue.trialWrite({ deadlineMs: enqueueDeadlineMs })),
  };
  return { database, queue, enqueue: batchByTick(enqueue), probes };
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
