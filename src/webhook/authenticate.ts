import type { IncomingMessage } from 'node:http';
import type { Request, Response } from 'express';
import type { RejectionLimit } from './rate-limit.js';
import type { ReadBody } from './read-body.js';
import { type Rejection, refuse, reject } from './rejection.js';
import { type Signature, signatureOf, type Verify } from './verify.js';

export type Authentication = {
  verify: Verify;
  readBody: ReadBody;
  rejectionLimit: RejectionLimit;
  /** @param isWithinLimit false: count it, but do not log it, because there are too many */
  onRejected: (reason: Rejection, isWithinLimit: boolean) => void;
};

/** A message that one of our secrets has signed. `value` is undefined when the body is not JSON. */
export type Message = { svixId: string; attemptedAt: Date; value: unknown };

/** Svix never sends more than a mebibyte. All bodies of a storm together, a few kilobytes each, are a few mebibytes. */
export const bodyBytes = { oneMax: 1024 * 1024, allMax: 64 * 1024 * 1024 };

/**
 * The signed message of a request. Null when the request is rejected and answered. The rate limit counts only rejected
 * requests, so a flood never blocks a signed one. If the headers alone are a reason to reject, the limit is applied before
 * the body is read.
 */
export async function authenticate(
  { verify, readBody, rejectionLimit, onRejected }: Authentication,
  request: Request,
  response: Response,
): Promise<Message | null> {
  const signature = signatureOf(request.headers);
  const early = rejectionByHeaders(request, signature);
  if (early !== null && !(await rejectionLimit(request, response))) {
    onRejected(early, false);
    response.setHeader('Connection', 'close'); // the rest of the body is not read
    return answerTooMany(response);
  }
  const body = await readBody(request).catch(() => undefined);
  if (body === undefined) return hangUp(response);
  if (body === 'overloaded') return answerOverloaded(response, onRejected);
  const verdict = judge(verify, signature, body);
  if (typeof verdict === 'object') return verdict;
  const isWithinLimit = early !== null || (await rejectionLimit(request, response));
  onRejected(verdict, isWithinLimit);
  if (!isWithinLimit) return answerTooMany(response);
  reject(response, verdict);
  return null;
}

function rejectionByHeaders(request: IncomingMessage, signature: Signature | null): Rejection | null {
  if (Number(request.headers['content-length'] ?? 0) > bodyBytes.oneMax) return 'too_large';
  return signature === null ? 'missing_headers' : null;
}

function judge(verify: Verify, signature: Signature | null, body: Buffer | 'too_large'): Message | Rejection {
  if (body === 'too_large') return body;
  if (signature === null) return 'missing_headers';
  const verdict = verify(body, signature);
  return typeof verdict === 'string' ? verdict : { ...signature, value: verdict.value };
}

function answerTooMany(response: Response): null {
  refuse(response, 429, 'too_many_requests', tooMany);
  return null;
}

/** The request may be signed, so it does not count against the limit. Svix sends it again. */
function answerOverloaded(response: Response, onRejected: Authentication['onRejected']): null {
  onRejected('overloaded', false);
  response.setHeader('Connection', 'close'); // the rest of the body is not read
  reject(response, 'overloaded');
  return null;
}

/** The sender disconnected, so there is nobody to answer. */
function hangUp(response: Response): null {
  response.destroy();
  return null;
}

const tooMany =
  'Too many requests without a valid signature came from this address. Wait a minute; then send the event through Svix.';
