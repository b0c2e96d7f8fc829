import express, { type Request, type RequestHandler, type Response, Router } from 'express';
import { bodyBytesMax } from '../http/body-bytes.js';
import { formWithoutNul } from '../http/no-nul.js';
import { Refusal } from '../http/refusal.js';
import { writeLimit } from '../http/write-limit.js';
import type { Admin, AuthorizeAdmin, ScimAction } from './authorize.js';

export type Handler = (admin: Admin, request: Request, response: Response) => unknown;

/** `permission`: the action on `stytch.scim` that the person needs. */
export type Route = readonly [
  method: 'get' | 'post' | 'put' | 'patch' | 'delete',
  path: string,
  permission: ScimAction,
  handler: Handler,
];

/** A person clicks less often. A program that writes in a loop must not use up Stytch's rate limit for everybody. */
const writesPerMinute = 30;

/**
 * Express routers for tables of routes: `json` for programs, `form` for the forms of our pages. Each request is authorized
 * first, then counted against the write limit of its person. Only then its body is read.
 */
export function createRouters(authorize: AuthorizeAdmin) {
  const admins = new WeakMap<Request, Admin>();
  const adminOf = (request: Request): Admin => {
    const admin = admins.get(request);
    if (admin === undefined) throw new Error('The request was not authorized');
    return admin;
  };
  const limit = writeLimit(writesPerMinute, (request) => adminOf(request).person.memberId);
  const authorizing =
    (permission: ScimAction): RequestHandler =>
    async (request, _response, next) => {
      admins.set(request, await authorize(request, permission));
      next();
    };
  const routerOf = (routes: readonly Route[], readBody: RequestHandler[]): Router => {
    const router = Router();
    for (const [method, path, permission, handler] of routes) {
      router[method](path, authorizing(permission), limit, ...readBody, async (request, response) => {
        await handler(adminOf(request), request, response);
      });
    }
    return router;
  };
  return {
    json: (routes: readonly Route[]) =>
      routerOf(routes, jsonBody).all(
        routes.map(([, path]) => path),
        methodNotAllowed,
      ),
    form: (routes: readonly Route[]) => routerOf(routes, [formBody]),
  };
}

const jsonBody: RequestHandler[] = [
  express.json({ limit: bodyBytesMax }),
  (request, _response, next) => {
    const hasBody = Number(request.get('Content-Length') ?? 0) > 0 || request.get('Transfer-Encoding') !== undefined;
    if (hasBody && request.body === undefined) throw new Refusal('unsupported_media');
    next();
  },
];

const formBody: RequestHandler = express.urlencoded({ extended: false, limit: bodyBytesMax, ...formWithoutNul });

const methodNotAllowed: RequestHandler = () => {
  throw new Refusal('method_not_allowed');
};
