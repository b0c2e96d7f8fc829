import { createApp } from './app.js';
import type { Config } from './config.js';
import { connectDatabase, readingDatabase } from './database.js';
import { every } from './every.js';
import { describeFailure } from './failures.js';
import { hintJob, rereadsThrough } from './jobs.js';
import { type Running, runProcess } from './lifecycle.js';
import { listen } from './listen.js';
import type { Log } from './log.js';
import { createMetrics, createProcessMetrics } from './metrics.js';
import { openSite } from './people.js';
import { connectProducer, type NewJob } from './queue/produce.js';
import { readAfterGaps } from './reconcile/read-after-gap.js';
import { clockDiffers, sharedClock } from './shared-clock.js';
import { tracedWebhook } from './tracing/traced-webhook.js';
import { openTracing } from './tracing/tracing.js';
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
  const database = connectDatabase(config.DATABASE_URL, { connections: 5 });
  const home = { redisUrl: config.REDIS_URL, databaseUrl: config.DATABASE_URL, tracing: tracing.queue };
  const queue = connectProducer(home, (error) => log.warn({ error: describeFailure(error) }, 'queue connection'));
  const enqueue = together((jobs: NewJob[]) => queue.add(jobs, { deadlineMs: enqueueDeadlineMs }));
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
      if (isTold) log.warn({ reason }, 'webhook rejected');
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
  const telling = {
    counters: metrics.registry,
    process: processMetrics,
    gauges,
    readReports: () => readReports(database),
  };
  const probes = {
    database: () => readingDatabase(() => database.$queryRaw`SELECT 1`),
    queue: () => queue.trialWrite({ deadlineMs: enqueueDeadlineMs }), // slower than that it refuses webhooks too
  };
  const rereads = rereadsThrough(queue);
  const people = openSite(config, {
    database,
    rereads,
    oldestWaitingSeconds: async () => (await oldest())?.ageSeconds ?? null,
    onStytchCall: (call, status) => metrics.stytchRequests.inc({ call, status }),
    log,
  });
  let stopping = false;
  const isStopping = () => stopping;
  const app = createApp({
    ...{ receiver: tracedWebhook(receiver, tracing), site: people.site, probes, isStopping, log },
    metrics: () => tellMetrics(telling),
  });
  const listening = await listen({ handle: app, messages: messagesOf(app) }, config, isStopping);
  const gaps = readAfterGaps(rereads, log);
  if (schedules) void gaps.after('receiver');
  const slaWatch = every(slaCheckEveryMs, () => tellOfBreach(oldest, config.SLA_SECONDS, log));
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
