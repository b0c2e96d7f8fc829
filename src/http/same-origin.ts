import type { Request, RequestHandler } from 'express';
import { Refusal } from './refusal.js';

/**
 * Lets no other site make a signed-in browser change anything. Browsers say where a request comes from; who says nothing
 * is no browser, and then only a bearer token counts, which no other site can make a browser send.
 * @param publicUrl the address that people know; without one, the address they asked for
 */
export function sameOrigin(publicUrl: string | undefined): RequestHandler {
  return (request, _response, next) => {
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (isRead || comesFromHere(request, publicUrl)) return next();
    throw new Refusal('cross_origin');
  };
}

function comesFromHere(request: Request, publicUrl: string | undefined): boolean {
  const site = request.get('Sec-Fetch-Site');
  if (site !== undefined) return site === 'same-origin';
  const origin = request.get('Origin');
  if (origin === undefined) return request.get('Authorization') !== undefined;
  if (!URL.canParse(origin)) return false; // "null": a sandboxed frame, a redirect from elsewhere
  if (publicUrl !== undefined) return new URL(origin).origin === new URL(publicUrl).origin;
  return new URL(origin).host === request.get('Host');
}
