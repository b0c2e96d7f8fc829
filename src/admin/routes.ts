import express, { type Request, type RequestHandler, type Response } from 'express';
import { bodyBytesMax } from '../http/body-bytes.js';
import { formWithoutNul } from '../http/no-nul.js';
import { Refusal } from '../http/refusal.js';
import { writeLimit } from '../http/write-limit.js';
import type { Admin, AuthorizeAdmin, ScimAction } from './authorize.js';

export type Handler = (admin: Admin, request: Request, response: Response) => unknown;

/**
 * What stands before each handler: the person is admitted for this very action, does not change too much at once, and only
 * then what they sent is read.
 */
export type Route = (action: ScimAction, handler: Handler) => RequestHandler[];
/** By what is sent: by programs, and by forms of our pages. */
export type Routes = { json: Route; form: Route };

/** A person clicks less often; a program that writes in a loop is stopped here and not by Stytch, for everybody. */
const writesPerMinute = 30;

export function createRoutes(authorize: AuthorizeAdmin): Routes {
  const admitted = new WeakMap<Request, Admin>();
  const adminOf = (request: Request): Admin => {
    const admin = admitted.get(request);
    if (admin === undefined) throw new Error('Nobody was admitted to this request');
    return admin;
  };
  const limit = writeLimit(writesPerMinute, (request) => adminOf(request).person.memberId);
  const reading =
    (body: readonly RequestHandler[]): Route =>
    (action, handler) => [
      async (request, _response, next) => {
        admitted.set(request, await authorize(request, action));
        next();
      },
      limit,
      ...body,
      async (request, response) => {
        await handler(adminOf(request), request, response);
      },
    ];
  return { json: reading(jsonBody), form: reading([formBody]) };
}

/** Programs send JSON. */
const jsonBody: RequestHandler[] = [
  express.json({ limit: bodyBytesMax }),
  (request, _response, next) => {
    const hasBody = Number(request.get('Content-Length') ?? 0) > 0 || request.get('Transfer-Encoding') !== undefined;
    if (hasBody && request.body === undefined) throw new Refusal('unsupported_media');
    next();
  },
];

const formBody: RequestHandler = express.urlencoded({ extended: false, limit: bodyBytesMax, ...formWithoutNul });
