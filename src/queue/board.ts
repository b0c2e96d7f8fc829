import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { ExpressAdapter } from '@bull-board/express';
import type { Queue } from 'bullmq';
import type { Express, RequestHandler } from 'express';
import { openBackend, type QueueHome, queueNames } from './backend.js';

/**
 * Bull Board: a read-only view of the raw queues. Jobs hold ids and times only. The caller authorizes the request.
 */
export function openBoard(
  home: QueueHome,
  basePath: string,
  onError: (error: Error) => void,
): { board: RequestHandler; close(): Promise<void> } {
  const backend = openBackend(home, { maxRetriesPerRequest: 1, commandTimeout: 5_000 });
  const queues = queueNames.map((name) => backend.queue(name, { onError }));
  const serverAdapter = new ExpressAdapter();
  serverAdapter.setBasePath(basePath);
  createBullBoard({
    queues: queues.map(
      (queue) => new BullMQAdapter(queue as unknown as Queue, { readOnlyMode: true, allowRetries: false }),
    ),
    serverAdapter,
    options: { uiConfig: { boardTitle: 'Scanner SCIM queues', hideRedisDetails: true } },
  });
  const router = serverAdapter.getRouter() as Express;
  router.disable('x-powered-by'); // it is a separate Express application with its own settings
  return {
    board: router,
    close: async () => {
      await Promise.all(queues.map((queue) => queue.close()));
      await backend.disconnect();
    },
  };
}
