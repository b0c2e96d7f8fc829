import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { Router } from 'express';
import { securityHeaders } from '../../src/http/headers.js';
import { createSignIn } from '../../src/http/sign-in.js';
import { createSite } from '../../src/http/site.js';
import { connectStytchPeople } from '../../src/stytch/people.js';
import type { Emulator } from '../emulator/emulator.js';
import { silent } from './config.js';

/** A sign-in with nothing behind it: /api/who and /pages/who answer who came in. */
export async function startDoor(
  emulator: Emulator,
  options: { pace?: { limit: number; windowMs: number }; onExcess?: (count: number) => void } = {},
) {
  const { projectId, secret, url: baseUrl } = emulator;
  const stytch = connectStytchPeople({ projectId, secret, baseUrl });
  const signIn = createSignIn(stytch, { onExcess: () => {}, ...options });
  const routes = Router();
  routes.all('/who', async (request, response) => {
    const { sessionJwt, ...person } = await signIn(request, { resource: 'stytch.scim', action: 'update' });
    response.json(person);
  });
  const parts = [
    { path: '/api', routes, face: 'json' as const },
    { path: '/pages', routes, face: { place: ['Settings'], back: '/pages' } },
  ];
  const site = createSite(parts, { publicUrl: undefined, signIn, endSession: stytch.endSession, log: silent });
  const server = createServer(express().use(securityHeaders(), site)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    who: async (headers: Record<string, string>, method = 'GET', path = '/api/who') => {
      const response = await fetch(url + path, { method, headers });
      return { status: response.status, headers: response.headers, text: await response.text() };
    },
    stop: () => void server.close(),
  };
}

export const bearer = (jwt: string) => ({ authorization: `Bearer ${jwt}` });
