import type { ErrorRequestHandler } from 'express';
import { describeFailure, TransientError } from '../errors/errors.js';
import type { Log } from '../log/log.js';
import { ErrorPage } from './components/error-page.js';
import { refusalOf } from './refusal-of.js';
import { sendPage } from './render.js';

/**
 * Ends a request that failed: a page for people, `{"error":{"code","message"}}` for programs. Our own faults are logged,
 * by kind and place only. Express knows an error handler by its four parameters.
 */
export function answerFailure(
  log: Log,
  face: 'json' | { place: readonly string[]; back: string },
): ErrorRequestHandler {
  return (error, _request, response, _next) => {
    const refusal = refusalOf(error);
    const told = { code: refusal.code, error: describeFailure(error) };
    // What is away is told of by whoever watches it, and not by each request that needs it.
    if (refusal.status >= 500) log[error instanceof TransientError ? 'debug' : 'error'](told, 'request failed');
    if (response.headersSent) return void response.destroy();
    if (face !== 'json') return sendPage(response, <ErrorPage refusal={refusal} {...face} />, refusal.status);
    response.status(refusal.status).json({ error: { code: refusal.code, message: refusal.message } });
  };
}
