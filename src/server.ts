import { once } from 'node:events';
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createApp } from './app.js';
import type { Config } from './config.js';
import { connectDatabase, readingDatabase } from './database.js';
import { describeFailure, Hopeless } from './failures.js';
import { hintJob } from './jobs.js';
import { type Running, runProcess } from './lifecycle.js';
import type { Log } from './log.js';
import { createMetrics } from './metrics.js';
import { openSite } from './people.js';
import { connectProducer } from './queue/produce.js';
import { createReceiver } from './webhook/receiver.js';
import { createVerify } from './webhook/verify.js';

/** The HTTP process: any number of them behind a load balancer. `port` is where it listens (PORT may be 0). */
export async function startServer(config: Config, log: Log): Promise<Running & { port: number }> {
  const metrics = createMetrics();
  const database = connectDatabase(config.DATABASE_URL, { connections: 5 });
  const queue = connectProducer({ redisUrl: config.REDIS_URL, databaseUrl: config.DATABASE_URL }, (error) =>
    log.warn({ error: describeFailure(error) }, 'queue connection'),
  );
  const receiver = createReceiver({
    verify: createVerify(config.STYTCH_WEBHOOK_SECRETS),
    projectId: config.STYTCH_PROJECT_ID,
    enqueue: (hint) => queue.add([hintJob(hint)], { deadlineMs: enqueueDeadlineMs }),
    onReceived: ({ svixId, eventId, eventType, organizationId, memberIds }) =>
      log.debug({ svixId, eventId, eventType, organizationId, memberIds }, 'hint received'),
    onRejected: (reason) => {
      metrics.webhookRejections.inc({ reason });
      log.warn({ reason }, 'webhook rejected');
    },
  });
  const probes = { database: () => readingDatabase(() => database.$queryRaw`SELECT 1`), queue: () => queue.ping() };
  const people = openSite(config, database, log);
  const app = createApp({ receiver, site: people.site, probes, registry: metrics.registry, log });
  const server = createHttpServer({ requestTimeout: 15_000 }, app); // Svix gives up after 15 s too
  await listen(server, config);
  return {
    port: (server.address() as AddressInfo).port,
    stop: async () => {
      await new Promise((resolve) => server.close(resolve));
      await Promise.all([queue.close(), people.close(), database.$disconnect()]);
    },
  };
}

/** Leaves half a second of the contract's 2 s for everything else. */
const enqueueDeadlineMs = 1_500;

async function listen(server: HttpServer, { PORT, HOST }: Config): Promise<void> {
  server.listen(PORT, HOST);
  await once(server, 'listening').catch((error: NodeJS.ErrnoException) => {
    throw new Hopeless(
      `Can't listen on ${HOST}:${PORT} (${error.code}). Set PORT and HOST to an address that is free.`,
    );
  });
}

if (require.main === module) void runProcess('server', startServer);
