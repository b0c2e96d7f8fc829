import type { RequestHandler } from 'express';
import type { SharedClock } from '../database/shared-clock.js';
import { parseEvent } from '../directory/event.js';
import { type Hint, hintOf } from '../directory/hint.js';
import { type Authentication, authenticate } from './authenticate.js';
import { messageIdOf } from './message-id.js';
import { headersForPrograms, type Rejection, reject } from './rejection.js';

export type ReceiverDependencies = Authentication & {
  projectId: string;
  now: SharedClock['now'];
  /** Resolves when the queue holds the hint. Rejects early enough for an answer within 2 s. */
  enqueue: (hint: Hint) => Promise<void>;
  onReceived: (hint: Hint) => void;
};

/**
 * POST /webhooks/stytch: raw body -> verify -> hint -> queue -> 202. The order matters: nothing is parsed before its signature
 * is verified, and nothing is acknowledged before the queue holds it. Events of unknown types are accepted, because Svix
 * would send a rejected event again for 28 hours.
 */
export function createReceiver(deps: ReceiverDependencies): RequestHandler {
  return async (request, response) => {
    const message = await authenticate(deps, request, response);
    if (message === null) return;
    const refuse = (reason: Rejection, explanation?: string) => {
      deps.onRejected(reason, true);
      reject(response, reason, explanation);
    };
    const parsed = parseEvent(message.value);
    if ('problem' in parsed) return refuse('not_an_event', parsed.problem);
    if (parsed.event.project_id !== deps.projectId) return refuse('other_project');
    const { at: receivedAt, isTimed } = deps.now();
    const { svixId, attemptedAt } = message;
    const hint = hintOf(parsed.event, { svixId: messageIdOf(svixId), receivedAt, isTimed, attemptedAt });
    try {
      await deps.enqueue(hint);
    } catch {
      return refuse('queue_unavailable');
    }
    deps.onReceived(hint);
    response.writeHead(202, acceptedHeaders).end(accepted); // constant, because nearly all requests get this answer
  };
}

const accepted = JSON.stringify({ status: 'accepted' });
const acceptedHeaders = { ...headersForPrograms, 'Content-Length': accepted.length };
