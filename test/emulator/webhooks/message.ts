/** One webhook on its way: the same id and body in every attempt. */
import { alphanumeric } from '../ids.js';

export interface Message {
  readonly svixId: string;
  /** '' for bodies that are no events. */
  readonly eventType: string;
  readonly body: string;
  /** By our clock, whatever the event says. */
  readonly publishedAt: Date;
  readonly attempts: Attempt[];
  state: MessageState;
}

/** failed: all attempts failed; aborted: the receiver wants no more; dropped: lost on purpose. */
export type MessageState = 'pending' | 'delivered' | 'failed' | 'aborted' | 'dropped';

export interface Attempt {
  readonly at: Date;
  /** null when no answer came. */
  readonly status: number | null;
  readonly error?: string;
  /** The answer's `webhook-delivery` header. */
  readonly instruction?: string;
}

export function newMessage(eventType: string, body: string): Message {
  return {
    svixId: `msg_${alphanumeric(27)}`,
    eventType,
    body,
    publishedAt: new Date(),
    attempts: [],
    state: 'pending',
  };
}

/** Notes how an attempt went; a failure alone does not end a message. */
export function record(message: Message, attempt: Attempt): void {
  message.attempts.push(attempt);
  if (isSuccess(attempt)) message.state = 'delivered';
  else if (attempt.instruction === 'abort-message') message.state = 'aborted';
}

/** "Success = status 200 to 299 within 15 s"; redirects are failures. */
function isSuccess({ status }: Attempt): boolean {
  return status !== null && status >= 200 && status <= 299;
}
