import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

export function freePort(): Promise<number> {
  return tryPort(0);
}

/** The preferred port, so that addresses stay the same from day to day; another one while it is taken. */
export function portNear(preferred: number): Promise<number> {
  return tryPort(preferred).catch(freePort);
}

async function tryPort(port: number): Promise<number> {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  const found = (server.address() as AddressInfo).port;
  server.close();
  await once(server, 'close');
  return found;
}
