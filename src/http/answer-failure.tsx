import type { ErrorRequestHandler } from 'express';
import { describeFailure, TransientError } from '../errors/errors.js';
import type { Log } from '../log/log.js';
import { ErrorPage } from './components/error-page.js';
import type { Crumb } from './components/layout.js';
import { personOf } from './frame.js';
import { refusalOf } from './refusal-of.js';
import { sendPage } from './render.js';
import { typedIn } from './typed.js';

export type Face = 'json' | { place: readonly Crumb[]; back: string; help?: string };

/**
 * Answers a request that failed: a page for people, `{"error":{"code","message"}}` for programs. Our own failures are logged, by
 * kind and place only. Express recognizes an error handler by its four parameters.
 */
export function answerFailure(log: Log, face: Face, publicUrl: string | undefined): ErrorRequestHandler {
  return async (error, request, response, _next) => {
    const refusal = refusalOf(error);
    const fields = { code: refusal.code, error: describeFailure(error) };
    // The outage logs report an unavailable dependency. One line for each request would be too many.
    if (refusal.status >= 500) log[error instanceof TransientError ? 'debug' : 'error'](fields, 'request failed');
    if (response.headersSent) return void response.destroy();
    if (face === 'json') {
      return void response.status(refusal.status).json({ error: { code: refusal.code, message: refusal.forPrograms } });
    }
    const typed = await typedIn(request, response, publicUrl);
    const page = { refusal, ...face, address: request.originalUrl, person: personOf(request), typed };
    sendPage(response, <ErrorPage {...page} />, refusal.status);
  };
}
