import { consume } from '../../src/queue/consume.js';
import { answer } from './answering.js';

let handled = 0;

/** The queue's floor: the same jobs from the same queue, as many at once, and nothing is done with them. */
answer({
  start: ({ redisUrl, databaseUrl }: { redisUrl: string; databaseUrl: string }) => {
    const handle = async () => void handled++;
    const options = { concurrency: 3000, onError: () => {}, onFailed: () => {} };
    consume({ redisUrl, databaseUrl }, 'hints', handle, options);
  },
  handled: () => handled,
});
