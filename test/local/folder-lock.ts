import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { relative } from 'node:path';

/**
 * Makes sure that one process at a time uses a data folder. The lock is a listening socket, so it dies with its process,
 * however that dies.
 * @throws when another process has it
 */
export async function lockFolder(folder: string): Promise<{ stop(): Promise<void> }> {
  const path = `${relative(process.cwd(), folder)}/lock`; // short: a socket's path ends at 104 characters
  if (await isListening(path)) throw new Error(`Another process is using ${folder}. Stop that one first.`);
  rmSync(path, { force: true });
  const server = createServer().listen(path);
  await once(server, 'listening');
  return {
    stop: async () => {
      server.close();
      await once(server, 'close');
    },
  };
}

function isListening(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.on('connect', () => resolve(socket.destroy() !== null));
    socket.on('error', () => resolve(false));
  });
}
