import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A wire on 127.0.0.1 to a server behind it. */
export type Wire = {
  port: number;
  /**
   * Every open connection goes dead and nobody is told, as when a host fails over or a router forgets: what is sent is
   * swallowed, nothing is closed. New connections work.
   */
  silence(): void;
  /** New connections lead to another server, as when a name or a proxy is moved; those that are open stay where they are. */
  moveTo(port: number): void;
  /** What the servers have answered so far, in bytes. */
  answered(): number;
  stop(): Promise<void>;
};

/** @param openingMs how long a new connection waits until the far end hears of it, as with a host that is overloaded */
export async function startWire(targetPort: number, { openingMs = 0 } = {}): Promise<Wire> {
  const sockets = new Set<Socket>();
  let target = targetPort;
  let answered = 0;
  const server = createServer(async (near) => {
    sockets.add(near.on('error', () => {}));
    if (openingMs > 0) await sleep(openingMs);
    const far = connect(target, '127.0.0.1');
    far.on('data', (chunk) => {
      answered += chunk.length;
    });
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one.setNoDelay(true));
      one.pipe(other);
      one
        .on('error', () => other.destroy())
        .on('close', () => {
          sockets.delete(one);
          other.destroy();
        });
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    answered: () => answered,
    silence: () => {
      for (const socket of sockets) socket.unpipe().resume();
    },
    moveTo: (port) => {
      target = port;
    },
    stop: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}
