import { once } from 'node:events';
import { WebSocket } from 'undici';
import type { TestProcess } from './processes.js';

/** For a process whose heap is to be measured: lets it be asked from outside. */
export const inspectable = { NODE_OPTIONS: '--inspect=127.0.0.1:0' };

/** Bytes that a process holds after everything that is garbage was collected. */
export async function heapAfterCollection(one: TestProcess): Promise<number> {
  const url = /ws:\/\/\S+/.exec(one.output())?.[0];
  if (url === undefined) throw new Error('The process was not started with `inspectable`.');
  const socket = new WebSocket(url);
  await once(socket as unknown as EventTarget, 'open');
  const ask = async (method: string): Promise<{ result: { usedSize: number } }> => {
    socket.send(JSON.stringify({ id: 1, method }));
    const [message] = await once(socket as unknown as EventTarget, 'message');
    return JSON.parse(String(message.data));
  };
  await ask('HeapProfiler.collectGarbage');
  const { result } = await ask('Runtime.getHeapUsage');
  const closed = once(socket as unknown as EventTarget, 'close');
  socket.close();
  await closed;
  return result.usedSize;
}
