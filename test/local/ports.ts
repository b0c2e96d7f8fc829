import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

/**
 * A port that was free a moment ago, and stays so unless somebody asks for that very one: below those that the system gives
 * to whoever connects (from 32768 on Linux), of which one may be taken again before we listen.
 */
export async function freePort(triesLeft = 20): Promise<number> {
  const port = first + Math.floor(Math.random() * count);
  return tryPort(port).catch((error) => {
    if (triesLeft === 0) throw error;
    return freePort(triesLeft - 1);
  });
}

const first = 12_000;
const count = 20_000;

/** The preferred port, so that addresses stay the same from day to day; another one while it is taken. */
export function portNear(preferred: number): Promise<number> {
  return tryPort(preferred).catch(() => freePort());
}

async function tryPort(port: number): Promise<number> {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  const found = (server.address() as AddressInfo).port;
  server.close();
  await once(server, 'close');
  return found;
}
