import type { Request, RequestHandler } from 'express';
import { Refusal } from './refusal.js';

/**
 * Protects against cross-site requests (CSRF). Browsers send the origin of a write. A request without an origin is not from a
 * browser, and needs a bearer token, which another site can't make a browser send.
 * @param publicUrl our own address. Undefined: the address of the request
 */
export function sameOrigin(publicUrl: string | undefined): RequestHandler {
  return (request, _response, next) => {
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (isRead || isSameOrigin(request, publicUrl)) return next();
    throw new Refusal('cross_origin');
  };
}

/** Whether a write comes from a page of ours, or from a program with a bearer token. */
export function isSameOrigin(request: Request, publicUrl: string | undefined): boolean {
  const site = request.get('Sec-Fetch-Site');
  if (site !== undefined) return site === 'same-origin';
  const origin = request.get('Origin');
  if (origin === undefined) return request.get('Authorization') !== undefined;
  if (!URL.canParse(origin)) return false; // "null": a sandboxed frame, or a redirect from another site
  if (publicUrl !== undefined) return new URL(origin).origin === new URL(publicUrl).origin;
  return new URL(origin).host === request.get('Host');
}
