import { type QueueName, queueNames } from '../queue/backend.js';

/** The hints' two queues: their jobs have the ids that Svix gave the messages, which no other queue has. */
const hintQueues: readonly QueueName[] = ['leavers', 'hints'];

/** How a job is called by people: a hint by its svix id; in the other queues BullMQ counts, so the queue is named too. */
export function shownJobId(queue: QueueName, id: string): string {
  return hintQueues.includes(queue) ? id : `${queue}-${id}`;
}

/** What a person typed -> where to look. */
export function parseJobId(shown: string): { queues: readonly QueueName[]; id: string } {
  const queue = queueNames.find((name) => !hintQueues.includes(name) && shown.startsWith(`${name}-`));
  if (queue === undefined) return { queues: hintQueues, id: shown };
  return { queues: [queue], id: shown.slice(queue.length + 1) };
}
