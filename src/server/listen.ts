import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PermanentError } from '../errors/errors.js';
import type { Messages } from '../http/express-messages.js';

export type Listening = {
  port: number;
  /** Takes no new connection, and resolves when every request that was begun is answered, or was waited for long enough. */
  close(): Promise<void>;
};

/** A request that is not answered by then was not accepted either: Svix sends it again. Leaves half of what stopping may take. */
const cutAfterMs = 10_000;

/**
 * Svix gives up after 15 s too; looked at every second, so that nobody holds a body open for longer. A load balancer keeps
 * idle connections for a minute: it must be the one that closes them, else its next request meets a closed one.
 */
const timeouts = { requestTimeout: 15_000, connectionsCheckingInterval: 1_000, keepAliveTimeout: 65_000 };

/**
 * Listens for HTTP.
 * @param isStopping from then on each answer is the last one on its connection, so that a load balancer that keeps
 *   connections open opens its next one elsewhere
 */
export async function listen(
  { handle, messages }: { handle: RequestListener; messages: Messages },
  { PORT, HOST }: { PORT: number; HOST: string },
  isStopping: () => boolean,
): Promise<Listening> {
  const server = createServer({ ...timeouts, ...messages }, (request, response) => {
    if (isStopping()) response.shouldKeepAlive = false;
    handle(request, response);
  });
  server.listen(PORT, HOST);
  await once(server, 'listening').catch((error: NodeJS.ErrnoException) => {
    throw new PermanentError(
      `Can't listen on ${HOST}:${PORT} (${error.code}). Set PORT and HOST to an address that is free.`,
    );
  });
  return { port: (server.address() as AddressInfo).port, close: () => close(server) };
}

async function close(server: Server): Promise<void> {
  const cut = setTimeout(() => server.closeAllConnections(), cutAfterMs);
  await new Promise((resolve) => server.close(resolve));
  clearTimeout(cut);
}
