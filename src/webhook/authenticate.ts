import type { IncomingMessage } from 'node:http';
import type { Request, Response } from 'express';
import type { RefusalLimit } from './rate-limit.js';
import type { ReadBody } from './read-body.js';
import { type Rejection, refuse, reject } from './rejection.js';
import { type Signature, signatureOf, type Verify } from './verify.js';

export type Authentication = {
  verify: Verify;
  readBody: ReadBody;
  strangers: RefusalLimit;
  /** @param isTold false beyond the limit for strangers: to be counted, and not to be told one by one */
  onRejected: (reason: Rejection, isTold: boolean) => void;
};

/** What one of our secrets has signed; undefined is what is no JSON. */
export type Message = { svixId: string; attemptedAt: Date; value: unknown };

/** Svix never sends more than a mebibyte; a storm's bodies, of a few kilobytes, are a few mebibytes together. */
export const bodyBytes = { oneMax: 1024 * 1024, allMax: 64 * 1024 * 1024 };

/**
 * What Svix signed, raw byte for byte; or null, and the request is answered. What is signed never meets the limit for strangers:
 * it is asked only about a request that is refused already, before its body is read where the headers tell as much.
 */
export async function authenticate(
  { verify, readBody, strangers, onRejected }: Authentication,
  request: Request,
  response: Response,
): Promise<Message | null> {
  const signature = signatureOf(request.headers);
  const early = refusedUnread(request, signature);
  if (early !== null && !(await strangers(request, response))) {
    onRejected(early, false);
    response.setHeader('Connection', 'close'); // nobody waits for the rest of the body
    return dismiss(response);
  }
  const body = await readBody(request).catch(() => undefined);
  if (body === undefined) return hangUp(response);
  if (body === 'overloaded') return turnAway(response, onRejected);
  const verdict = judge(verify, signature, body);
  if (typeof verdict === 'object') return verdict;
  const isTold = early !== null || (await strangers(request, response));
  onRejected(verdict, isTold);
  if (!isTold) return dismiss(response);
  reject(response, verdict);
  return null;
}

function refusedUnread(request: IncomingMessage, signature: Signature | null): Rejection | null {
  if (Number(request.headers['content-length'] ?? 0) > bodyBytes.oneMax) return 'too_large';
  return signature === null ? 'missing_headers' : null;
}

function judge(verify: Verify, signature: Signature | null, body: Buffer | 'too_large'): Message | Rejection {
  if (body === 'too_large') return body;
  if (signature === null) return 'missing_headers';
  const verdict = verify(body, signature);
  return typeof verdict === 'string' ? verdict : { ...signature, value: verdict.value };
}

function dismiss(response: Response): null {
  refuse(response, 429, 'too_many_requests', tooMany);
  return null;
}

/** Whoever sent it, it may well be signed: counted, and sent again by Svix. */
function turnAway(response: Response, onRejected: Authentication['onRejected']): null {
  onRejected('overloaded', false);
  response.setHeader('Connection', 'close'); // the rest of the body is still on its way
  reject(response, 'overloaded');
  return null;
}

/** Broken off: nobody is there to be answered. */
function hangUp(response: Response): null {
  response.destroy();
  return null;
}

const tooMany =
  'Too many requests without a valid signature came from this address. Wait a minute; then send the event through Svix.';
