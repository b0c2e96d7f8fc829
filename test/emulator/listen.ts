/** An HTTP server that listens, and that stops without waiting for anybody. */
import { createServer, type RequestListener } from 'node:http';

export interface Listener {
  readonly url: string;
  stop(): Promise<void>;
}

export async function listen(
  app: RequestListener,
  { port = 0, host = '127.0.0.1' }: { readonly port?: number; readonly host?: string },
): Promise<Listener> {
  // Longer than clients keep idle connections: none of them meets a socket that is just closing.
  const server = createServer({ keepAliveTimeout: 120_000 }, app);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address = server.address();
  const actualPort = typeof address === 'object' && address !== null ? address.port : port;
  return {
    url: `http://${host}:${actualPort}`,
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}
