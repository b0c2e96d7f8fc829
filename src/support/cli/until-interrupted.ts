/**
 * Ctrl-C and its like as a signal, for work that has to clean up before it ends. A second Ctrl-C changes nothing (npm hands
 * one on twice): what is waited for then is bounded.
 */
export async function untilInterrupted<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const stop = () => controller.abort();
  for (const name of names) process.on(name, stop);
  try {
    return await work(controller.signal);
  } finally {
    for (const name of names) process.off(name, stop);
  }
}

const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
