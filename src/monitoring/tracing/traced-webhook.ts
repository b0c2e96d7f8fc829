import type { RequestHandler } from 'express';
import { noTracing, type Tracing } from './tracing.js';

/** Each webhook starts a trace. The sender's own trace headers are ignored, because the sender is not verified yet. */
export function tracedWebhook(receiver: RequestHandler, tracing: Tracing): RequestHandler {
  if (tracing === noTracing) return receiver;
  return (request, response, next) =>
    tracing.step(
      { name: 'POST /webhooks/stytch', begins: true, facts: { 'http.request.method': 'POST' } },
      async () => {
        await receiver(request, response, next);
        tracing.note({ 'http.response.status_code': response.statusCode });
      },
    );
}
