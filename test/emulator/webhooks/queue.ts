/** What is due now, taken in order or at random. */
export interface Queue<T> {
  readonly size: number;
  push(item: T): void;
  take(random: (() => number) | undefined): T | undefined;
}

export function createQueue<T>(): Queue<T> {
  let items: (T | undefined)[] = [];
  let head = 0;
  return {
    get size() {
      return items.length - head;
    },
    push: (item) => void items.push(item),
    take(random) {
      if (head === items.length) return undefined;
      const chosen = random === undefined ? head : head + Math.floor(random() * (items.length - head));
      const item = items[chosen];
      items[chosen] = items[head];
      items[head] = undefined;
      head += 1;
      // Array.shift would move a backlog of 100,000 for each message.
      if (head > 1000 && head * 2 > items.length) {
        items = items.slice(head);
        head = 0;
      }
      return item;
    },
  };
}
