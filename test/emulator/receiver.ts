/** A webhook endpoint for tests: keeps what arrives and answers what it is told. */
import express from 'express';
import { type Listener, listen } from './listen.js';

export interface Delivered {
  readonly headers: Record<string, string>;
  readonly body: string;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Record<string, string>;
}

export interface Receiver extends Listener {
  readonly delivered: Delivered[];
  /** 'never' holds the request until the receiver stops. */
  answer: (delivered: Delivered) => Answer | 'never';
}

export async function startReceiver(): Promise<Receiver> {
  const app = express();
  const delivered: Delivered[] = [];
  app.post('/', express.text({ type: () => true, limit: '10mb' }), (request, response) => {
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
    const arrived = { headers, body: String(request.body) };
    delivered.push(arrived);
    const answer = receiver.answer(arrived);
    if (answer !== 'never')
      response
        .status(answer.status)
        .set(answer.headers ?? {})
        .end();
  });
  const listener = await listen(app, {});
  const receiver: Receiver = { ...listener, delivered, answer: () => ({ status: 204 }) };
  return receiver;
}
