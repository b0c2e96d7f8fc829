import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PermanentError } from '../errors/errors.js';
import type { Messages } from '../http/express-messages.js';

export type Listening = {
  port: number;
  /** Accepts no new connections. Resolves when every started request is answered, or after `cutAfterMs`. */
  close(): Promise<void>;
};

/** Half of the time to stop. A request without an answer by then was not accepted, so Svix sends it again. */
const cutAfterMs = 10_000;

/**
 * Svix gives up after 15 s too. Checked every second, so no sender holds a body open for longer. A load balancer keeps idle
 * connections for a minute. It must be the one that closes them, or its next request hits a closed connection.
 */
const timeouts = { requestTimeout: 15_000, connectionsCheckingInterval: 1_000, keepAliveTimeout: 65_000 };

/**
 * Listens for HTTP.
 * @param isStopping when true, each answer closes its connection, so that a load balancer opens its next one elsewhere
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
    throw new PermanentError(`Can't listen on ${HOST}:${PORT} (${error.code}). Set PORT and HOST to a free address.`);
  });
  return { port: (server.address() as AddressInfo).port, close: () => close(server) };
}

async function close(server: Server): Promise<void> {
  const cut = setTimeout(() => server.closeAllConnections(), cutAfterMs);
  await new Promise((resolve) => server.close(resolve));
  clearTimeout(cut);
}
