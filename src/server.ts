import { openApiDocument } from './admin/openapi/document.js';
import type { Config } from './config/config.js';
import { connectDatabase } from './database/database.js';
import { clockDiffers, sharedClock } from './database/shared-clock.js';
import { messagesOf } from './http/express-messages.js';
import type { Log } from './log/log.js';
import { createOutageLog, type OutageLog } from './log/outage-log.js';
import { createGauges, type Lookups } from './monitoring/gauges.js';
import { createMetrics, createProcessMetrics, type Metrics } from './monitoring/metrics.js';
import { type MetricsSources, metricsEndpoint } from './monitoring/metrics-endpoint.js';
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
import { limitRejections } from './webhook/rate-limit.js';
import { bodyReader } from './webhook/read-body.js';
import { createReceiver, type ReceiverDependencies } from './webhook/receiver.js';
import { createVerify } from './webhook/verify.js';

/** For tests: `schedules: false` skips the sweep at the start. */
export type ServerOptions = { schedules?: boolean };

/** The HTTP process. Any number of them can run behind a load balancer. @returns `port`: the listening port (PORT may be 0) */
export async function startServer(
  config: Config,
  log: Log,
  { schedules = true }: ServerOptions = {},
): Promise<Running & { port: number }> {
  const metrics = createMetrics();
  const tracing = await openTracing(config, 'server', log);
  const { database, clock, queue, enqueue, probes } = connectStores(config, tracing, log);
  const oldest = async () => oldestPending(await queue.pending(), clock.now().at.getTime());
  const receiver = createReceiver({
    now: clock.now,
    readBody: bodyReader(bodyBytes),
    verify: createVerify(config.STYTCH_WEBHOOK_SECRETS),
    projectId: config.STYTCH_PROJECT_ID,
    enqueue: (hint) => enqueue(hintJob(hint, tracing.carry())),
    ...reportWebhooks(metrics, log),
  });
  const sources = metricsSources(config, metrics, {
    database,
    countJobs: queue.count,
    queueMemory: queue.memory,
    oldestPendingSeconds: async () => (await oldest())?.ageSeconds ?? 0,
    clockOffsetSeconds: clock.offsetSeconds,
  });
  const rereads = rereadsThrough(queue);
  const people = openSite(config, {
    database,
    rereads,
    oldestWaitingSeconds: async () => (await oldest())?.ageSeconds ?? null,
    onStytchCall: reportStytchCalls(metrics, log),
    log,
  });
  let stopping = false;
  const isStopping = () => stopping;
  const app = createApp({
    openApi: openApiDocument(version),
    receiver: tracedWebhook(receiver, tracing),
    site: people.site,
    probes,
    isStopping,
    log,
    metrics: () => metricsEndpoint(sources),
  });
  const listening = await listen({ handle: app, messages: messagesOf(app) }, config, isStopping);
  const gaps = readAfterGaps(rereads, log);
  if (schedules) void gaps.after('receiver');
  const watch = async () => {
    await Promise.allSettled([probes.database(), probes.queue()]); // logs outages even when nobody requests /readyz
    await logBreach(oldest, config.SLA_SECONDS, log);
  };
  const slaWatch = atInterval(slaCheckEveryMs, watch, { atOnce: true }); // the log says at the start what can't be used
  const drain = () => {
    stopping = true;
  };
  const stop = async () => {
    drain();
    await listening.close();
    gaps.close();
    await slaWatch.stop();
    await clock.stop();
    await Promise.all([queue.close(), people.close(), database.$disconnect()]);
    await tracing.close();
  };
  return { port: listening.port, drain, stop };
}

function metricsSources(config: Config, metrics: Metrics, lookups: Omit<Lookups, 'settings'>): MetricsSources {
  const settings = { slaSeconds: config.SLA_SECONDS, sweepIntervalSeconds: config.SWEEP_INTERVAL_SECONDS };
  return {
    counters: metrics.registry,
    process: createProcessMetrics(),
    gauges: createGauges({ ...lookups, settings }),
    readReports: () => readReports(lookups.database),
  };
}

/** Reports what the receiver does to metrics and the log. */
function reportWebhooks(
  metrics: Metrics,
  log: Log,
): Pick<ReceiverDependencies, 'onReceived' | 'onRejected' | 'rejectionLimit'> {
  return {
    onReceived: ({ svixId, eventId, eventType, organizationId, memberIds }) => {
      metrics.webhooksAccepted.inc();
      log.debug({ svixId, eventId, eventType, organizationId, memberIds }, 'hint received');
    },
    onRejected: (reason, isWithinLimit) => {
      metrics.webhookRejections.inc({ reason });
      if (isWithinLimit && reason !== 'queue_unavailable') log.warn({ reason }, 'webhook rejected');
    },
    rejectionLimit: limitRejections((count) => log.warn({ count }, 'rate limit: more rejected webhooks, not logged')),
  };
}

function reportStytchCalls(metrics: Metrics, log: Log): (call: string, status: string) => void {
  const logOutage = stytchOutageLog(log);
  return (call, status) => {
    metrics.stytchRequests.inc({ call, status });
    logOutage(call, status);
  };
}

/** Connects to the database and the queue. `probes` test them. Outages are logged. */
function connectStores(config: Config, tracing: Tracing, log: Log) {
  const outages = { database: createOutageLog(log, 'database'), queue: createOutageLog(log, 'queue') };
  const database = connectDatabase(config.DATABASE_URL, { connections: connectionsMax });
  const clock = sharedClock(database, (clockOffsetSeconds) => log.warn({ clockOffsetSeconds }, clockDiffers));
  const home = { redisUrl: config.REDIS_URL, databaseUrl: config.DATABASE_URL, tracing: tracing.queue };
  const queue = connectProducer(home, outages.queue.failed);
  const enqueue = (jobs: NewJob[]) => reporting(outages.queue, queue.add(jobs, { deadlineMs: enqueueDeadlineMs }));
  const probes = {
    database: () => reporting(outages.database, clock.measure()),
    // The deadline of the receiver: a slower queue refuses webhooks too.
    queue: () => reporting(outages.queue, queue.trialWrite({ deadlineMs: enqueueDeadlineMs })),
  };
  return { database, clock, queue, enqueue: batchByTick(enqueue), probes };
}

/** Reports the result to the outage log. */
async function reporting<T>(outage: OutageLog, work: Promise<T>): Promise<T> {
  try {
    const result = await work;
    outage.succeeded();
    return result;
  } catch (error) {
    outage.failed(error);
    throw error;
  }
}

/** Webhooks need no database, and pages are rare. Every process counts against the server's max_connections. */
const connectionsMax = 5;

const slaCheckEveryMs = 15_000;

/** Logs a breach of the SLA. The HTTP process does it, because all workers may be dead. */
async function logBreach(oldest: () => Promise<PendingHint | null>, slaSeconds: number, log: Log): Promise<void> {
  const hint = await oldest().catch(() => null); // the queue is unavailable, so there is nothing to check
  if (hint !== null && hint.ageSeconds > slaSeconds)
    log.error({ ...hint, slaSeconds }, 'SLA breached: not handled yet');
}

/** The contract's 2 s, minus half a second for everything else. */
const enqueueDeadlineMs = 1_500;

if (require.main === module) void runProcess('server', startServer);
