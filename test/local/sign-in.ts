import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Emulator } from '../emulator/emulator.js';

/** Somebody to sign in as, and where to go then. */
export type LocalPerson = { memberId: string; title: string; to: string };

/**
 * The local stand-in for signing in to Scanner: a page with one link a person, which opens a session with the local
 * Stytch and sets its two cookies. Cookies don't look at ports, so the pages of the HTTP process get them. Part of local
 * mode only: in production the session comes from Scanner itself.
 */
export async function startSignIn(
  emulator: Emulator,
  people: () => Promise<LocalPerson[]>,
  port: number,
): Promise<{ url: string; stop(): Promise<void> }> {
  const server = createServer(async (request, response) => {
    const memberId = new URL(request.url ?? '/', 'http://local').searchParams.get('as');
    const known = await people();
    const person = known.find((one) => one.memberId === memberId);
    if (person === undefined) {
      response.setHeader('Content-Type', 'text/html; charset=utf-8').end(choices(known));
      return;
    }
    const { session_jwt, session_token } = await emulator.sessions.mint({ memberId: person.memberId });
    const cookie = (name: string, value: string) => `${name}=${value}; Path=/; HttpOnly; SameSite=Lax`;
    response.setHeader('Set-Cookie', [
      cookie('stytch_session_jwt', session_jwt),
      cookie('stytch_session', session_token),
    ]);
    response.writeHead(303, { Location: person.to }).end();
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${port}`,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** The titles and ids are our own. */
function choices(people: readonly LocalPerson[]): string {
  const items = people.map(({ memberId, title }) => `<li><a href="/?as=${memberId}">${title}</a></li>`);
  return `<!doctype html><html lang="en"><title>Sign in (local)</title><body style="font: 16px system-ui; margin: 3rem">
    <h1>Sign in as</h1><ul style="line-height: 2">${items.join('')}</ul>`;
}
