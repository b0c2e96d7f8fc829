import type { RequestHandler, Response } from 'express';
import { parseEvent } from '../directory/event.js';
import { type Hint, hintOf } from '../directory/hint.js';
import { readBody } from './read-body.js';
import type { Verify } from './verify.js';

export type ReceiverDependencies = {
  verify: Verify;
  projectId: string;
  /** Resolves when the queue holds the hint; rejects in time for us to answer within 2 s. */
  enqueue: (hint: Hint) => Promise<void>;
  onReceived: (hint: Hint) => void;
  onRejected: (reason: Rejection) => void;
};

export type Rejection =
  | 'too_large'
  | 'missing_headers'
  | 'stale'
  | 'bad_signature'
  | 'not_an_event'
  | 'other_project'
  | 'queue_unavailable';

/** Svix never sends more. */
const bodyBytesMax = 1024 * 1024;

/**
 * POST /webhooks/stytch: raw body -> verify -> hint -> queue -> 202. The order is the point: nothing is parsed before its
 * signature is verified, and nothing is acknowledged before the queue holds it. An event of an unknown type is welcome:
 * a refusal would only make Svix send it again, for 28 hours.
 */
export function createReceiver(deps: ReceiverDependencies): RequestHandler {
  return async (request, response) => {
    const refuse = (reason: Rejection, message?: string) => {
      deps.onRejected(reason);
      answer(response, reason, message);
    };
    const body = await readBody(request, bodyBytesMax).catch(() => undefined);
    if (body === undefined) return void response.destroy(); // broken off: nobody is there to be answered
    if (body === null) return refuse('too_large');
    const verdict = deps.verify(body, request.headers);
    if ('rejected' in verdict) return refuse(verdict.rejected);
    const parsed = parseEvent(body.toString('utf8'));
    if ('problem' in parsed) return refuse('not_an_event', parsed.problem);
    if (parsed.event.project_id !== deps.projectId) return refuse('other_project');
    const hint = hintOf(parsed.event, { svixId: verdict.svixId, receivedAt: new Date().toISOString() });
    try {
      await deps.enqueue(hint);
    } catch {
      return refuse('queue_unavailable');
    }
    deps.onReceived(hint);
    response.writeHead(202, acceptedHeaders).end(accepted); // the answer of nearly all requests, so it is made once
  };
}

const accepted = JSON.stringify({ status: 'accepted' });
const acceptedHeaders = { 'Content-Type': 'application/json; charset=utf-8', 'Content-Length': accepted.length };

const answers: Record<Rejection, { status: number; message: string }> = {
  too_large: {
    status: 413,
    message: 'The body is larger than 1 MiB, the most that Svix sends. Send the event itself.',
  },
  missing_headers: {
    status: 401,
    message:
      'The signature headers (svix-id, svix-timestamp, svix-signature) are missing. Send the event through Svix.',
  },
  stale: {
    status: 401,
    message: 'The signature is more than 5 minutes old or new. Check both clocks; resend the event from Svix.',
  },
  bad_signature: {
    status: 401,
    message:
      "No configured secret made this signature. Compare STYTCH_WEBHOOK_SECRETS with the endpoint's secret in the Stytch dashboard.",
  },
  not_an_event: { status: 400, message: 'The body is signed but is not a Stytch event.' },
  other_project: {
    status: 403,
    message: "The event is of another Stytch project. Point that project's webhook endpoint at its own Scanner.",
  },
  queue_unavailable: {
    status: 503,
    message: 'The queue can not take the event now. Send it again; Svix does by itself.',
  },
};

function answer(response: Response, reason: Rejection, message = answers[reason].message): void {
  response.status(answers[reason].status).json({ error: { code: reason, message } });
}
