/**
 * Batches the items of one tick of the event loop into one call, so a burst of webhooks costs one round trip to the queue.
 * Each caller gets the result of the whole call.
 */
export function batchByTick<Item>(work: (items: Item[]) => Promise<void>): (item: Item) => Promise<void> {
  let waiting: Item[] = [];
  let call: Promise<void> | null = null;
  return (item) => {
    waiting.push(item);
    call ??= new Promise((resolve) => setImmediate(resolve)).then(() => {
      const items = waiting;
      waiting = [];
      call = null;
      return work(items);
    });
    return call;
  };
}
