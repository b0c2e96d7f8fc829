import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { messagesOf } from '../../src/http/express-messages.js';

it("requests and responses have Express's prototypes from the start, with all their methods", async () => {
  const app = express();
  app.get('/hello', (request, response) => void response.json({ q: request.query.q, type: request.get('accept') }));
  const born: boolean[] = [];
  const server = createServer(messagesOf(app), (request, response) => {
    born.push(Object.getPrototypeOf(request) === app.request, Object.getPrototypeOf(response) === app.response);
    app(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hello?q=1`;
  const answer = await fetch(url, { headers: { accept: 'text/x', connection: 'close' } });
  server.close();
  expect(await answer.json()).toEqual({ q: '1', type: 'text/x' });
  expect(born).toEqual([true, true]);
});

it('two applications in one process do not affect each other', () => {
  const [one, other] = [express(), express()];
  messagesOf(one);
  messagesOf(other);
  expect([one.request.app, other.request.app, one.response.app]).toEqual([one, other, one]);
  expect(Object.getPrototypeOf(express().request)).toBe(express.request);
});
