/**
 * What is asked for in the same turn of the event loop is done with one call: a burst of webhooks costs one round trip to
 * the queue instead of one each. Whoever asked is told what became of the whole call, and nobody before it has ended.
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
