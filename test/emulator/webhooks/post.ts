/** One attempt: a signed POST that must be answered within 15 seconds of the emulator's clock. */
import { type Dispatcher, request } from 'undici';
import type { Clock } from '../clock.js';
import type { Attempt, Message } from './message.js';
import { TIMEOUT_MS } from './retry-schedule.js';
import { type HeaderFamily, signWebhook } from './sign.js';

export interface Endpoint {
  readonly url: string;
  /** Newest first; several during a rotation. */
  readonly secrets: readonly string[];
  readonly headers?: HeaderFamily;
}

export async function post(
  message: Message,
  endpoint: Endpoint,
  options: { readonly clock: Clock; readonly skewMs: number; readonly dispatcher: Dispatcher },
): Promise<Attempt> {
  const { clock, skewMs, dispatcher } = options;
  const at = new Date(Date.now() + skewMs);
  const timeout = new AbortController();
  const cancel = clock.at(clock.now() + TIMEOUT_MS, () => timeout.abort(new Error('No answer within 15 s')));
  try {
    const { statusCode, headers, body } = await request(endpoint.url, {
      method: 'POST',
      headers: { ...PLAIN_HEADERS, ...signWebhook({ ...message, ...endpoint, at }) },
      body: message.body,
      signal: timeout.signal,
      dispatcher,
    });
    await body.dump();
    const instruction = headers['webhook-delivery'];
    return { at, status: statusCode, ...(typeof instruction === 'string' ? { instruction } : {}) };
  } catch (error) {
    return { at, status: null, error: error instanceof Error ? error.message : String(error) };
  } finally {
    cancel();
  }
}

const PLAIN_HEADERS = {
  'content-type': 'application/json',
  'user-agent': 'Svix-Webhooks/1.99 (sender-9YMgn; +https://www.svix.com/http-sender/)',
};
