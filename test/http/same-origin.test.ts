import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { answerFailure } from '../../src/http/answer-failure.js';
import { sameOrigin } from '../../src/http/same-origin.js';
import { silent } from '../helpers/config.js';

const publicUrl = 'https://scim.scanner.example/settings';
const own = 'https://scim.scanner.example';
/** The address that a proxy uses, or that somebody guesses. */
const host = '10.0.0.1:8080';
const servers: Server[] = [];

afterAll(() => servers.forEach((server) => void server.close()));

/** A site whose every answer is 200, if the request may pass. @returns the status of a request to it */
async function siteAt(url: string | undefined) {
  const site = express().use(sameOrigin(url), (_request, response) => void response.json({}));
  const server = createServer(site.use(answerFailure(silent, 'json', undefined))).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return async (method: string, headers: Record<string, string>) => {
    const asked = request({ port, host: '127.0.0.1', method, headers: { host, ...headers } }).end();
    const [response] = await once(asked, 'response');
    response.resume();
    return response.statusCode;
  };
}

const bearer = { authorization: 'Bearer x' };

it.each([
  ['the public address', { origin: own }, 200],
  ['the public address in capitals', { origin: 'https://SCIM.scanner.example' }, 200],
  ['the address behind the proxy', { origin: `http://${host}` }, 403],
  ['the public address without TLS', { origin: 'http://scim.scanner.example' }, 403],
  ['another port', { origin: `${own}:8443` }, 403],
  ['a domain that begins alike', { origin: `${own}.evil.example` }, 403],
  ['another site, with a bearer token', { origin: 'https://evil.example', ...bearer }, 403],
  ['a sandboxed frame', { origin: 'null' }, 403],
])('with a public address, a write from %s', async (_, headers, status) => {
  expect(await (await siteAt(publicUrl))('POST', headers)).toBe(status);
});

it.each([
  ['the address that was asked for', { origin: `http://${host}` }, 200],
  ['that address with TLS, which a proxy adds', { origin: `https://${host}` }, 200],
  ['another port', { origin: 'http://10.0.0.1:8081' }, 403],
  ['another site', { origin: own }, 403],
])('without a public address, a write from %s', async (_, headers, status) => {
  expect(await (await siteAt(undefined))('POST', headers)).toBe(status);
});

it.each([undefined, publicUrl])('with a public address of %s, what the browser says counts first', async (url) => {
  const ask = await siteAt(url);
  const foreign = { origin: 'https://evil.example' };
  expect(await ask('POST', { 'sec-fetch-site': 'same-origin', ...foreign })).toBe(200);
  for (const site of ['cross-site', 'same-site', 'none', ''])
    expect([site, await ask('POST', { 'sec-fetch-site': site, origin: own, ...bearer })]).toEqual([site, 403]);
});

it.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])('a %s by no browser needs a bearer token', async (method) => {
  const ask = await siteAt(publicUrl);
  expect(await ask(method, bearer)).toBe(200);
  expect(await ask(method, { cookie: 'stytch_session=x' })).toBe(403);
});

it.each(['GET', 'HEAD'])('a %s may come from anywhere', async (method) => {
  const ask = await siteAt(publicUrl);
  for (const headers of [{}, { origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }])
    expect(await ask(method, headers)).toBe(200);
});
