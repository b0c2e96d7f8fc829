import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type RequestHandler } from 'express';
import { type Rejection, refuse, reject } from '../../src/webhook/rejection.js';

async function answerOf(handler: RequestHandler) {
  const server = createServer(express().use(handler)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    return { status: response.status, headers: response.headers, body: await response.json() };
  } finally {
    server.close();
  }
}

it.each<[Rejection, number, RegExp]>([
  ['too_large', 413, /larger than 1 MiB.*Send the event itself/],
  ['overloaded', 503, /Too many request bodies.*Send the event again/],
  ['missing_headers', 401, /svix-id, svix-timestamp, svix-signature.*Send the event through Svix/],
  ['stale', 401, /more than 5 minutes.*Check both clocks/],
  ['bad_signature', 401, /Compare STYTCH_WEBHOOK_SECRETS with the endpoint's secret/],
  ['not_an_event', 400, /signed but is not a Stytch event/],
  ['other_project', 403, /another Stytch project.*its own Scanner/],
  ['queue_unavailable', 503, /queue can not take the event.*Send it again/],
])('%s is answered with %i, what is wrong and what to do', async (reason, status, message) => {
  const answer = await answerOf((_request, response) => reject(response, reason));
  expect(answer).toMatchObject({ status, body: { error: { code: reason, message: expect.stringMatching(message) } } });
});

it.each<[string, RequestHandler]>([
  ['a rejection', (_request, response) => reject(response, 'bad_signature', 'Größer als die Grenze')],
  ['a refusal', (_request, response) => refuse(response, 401, 'bad_signature', 'Größer als die Grenze')],
])('%s is JSON for programs: kept in no cache, shown in no frame, guessed to be nothing else', async (_, handler) => {
  const { status, headers, body } = await answerOf(handler);
  expect([status, body]).toEqual([401, { error: { code: 'bad_signature', message: 'Größer als die Grenze' } }]);
  expect(Object.fromEntries(headers)).toMatchObject({
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'content-type': 'application/json; charset=utf-8',
    'x-content-type-options': 'nosniff',
    'content-length': String(Buffer.byteLength(JSON.stringify(body))),
  });
});
