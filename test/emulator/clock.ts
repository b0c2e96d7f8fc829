/** A clock that runs with real time and that tests can push forward: it says when things are due. */
export interface Clock {
  now(): number;
  /** Runs `task` when the clock reaches `dueMs`; the answer cancels it. */
  at(dueMs: number, task: () => void): () => void;
  /** Moves the clock and runs, in order, what became due on the way. */
  advance(ms: number): void;
  stop(): void;
}

interface Timer {
  readonly dueMs: number;
  readonly task: () => void;
}

export function createClock(): Clock {
  const timers: Timer[] = [];
  let offsetMs = 0;
  let alarm: NodeJS.Timeout | undefined;
  const now = () => Date.now() + offsetMs;

  function runDue(): void {
    for (let first = timers[0]; first !== undefined && first.dueMs <= now(); first = timers[0]) {
      timers.shift();
      first.task();
    }
    arm();
  }

  function arm(): void {
    clearTimeout(alarm);
    const first = timers[0];
    if (first !== undefined) alarm = setTimeout(runDue, Math.max(0, first.dueMs - now())).unref();
  }

  return {
    now,
    at(dueMs, task) {
      const timer = { dueMs, task };
      timers.splice(placeOf(timers, dueMs), 0, timer);
      if (timers[0] === timer) arm();
      return () => {
        // From the last one due at that time backwards: a backlog of retries can hold 100,000 timers.
        let index = placeOf(timers, dueMs) - 1;
        while (index >= 0 && timers[index] !== timer) index--;
        if (index >= 0) timers.splice(index, 1);
      };
    },
    advance(ms) {
      offsetMs += ms;
      runDue();
    },
    stop() {
      clearTimeout(alarm);
      timers.length = 0;
    },
  };
}

/** The index behind all timers that are due at the same time or earlier. */
function placeOf(timers: readonly Timer[], dueMs: number): number {
  let low = 0;
  let high = timers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((timers[middle]?.dueMs ?? 0) <= dueMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
