import { type QueueName, queueNames } from '../queue/backend.js';

/** Jobs of these two queues have Svix's message ids, which are unique among all queues. */
const hintQueues: readonly QueueName[] = ['leavers', 'hints'];

/** A job's id for people: the svix id of a hint. In other queues BullMQ numbers the jobs, so the queue's name comes first. */
export function shownJobId(queue: QueueName, id: string): string {
  return hintQueues.includes(queue) ? id : `${queue}-${id}`;
}

/** An id for people -> the queues to search, and the id in them. */
export function parseJobId(shown: string): { queues: readonly QueueName[]; id: string } {
  const queue = queueNames.find((name) => !hintQueues.includes(name) && shown.startsWith(`${name}-`));
  if (queue === undefined) return { queues: hintQueues, id: shown };
  return { queues: [queue], id: shown.slice(queue.length + 1) };
}
