import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import { describeFailure } from './failures.js';
import type { Log } from './log.js';
import { version } from './version.js';
import { securityHeaders } from './web/headers.js';

/** A dependency's name and a probe that rejects when it can't be used. */
export type Probes = Record<string, () => Promise<unknown>>;

/** All routes of the HTTP process. */
export function createApp(parts: {
  receiver: RequestHandler;
  /** All that people use. */
  site: RequestHandler;
  probes: Probes;
  /** Ready no more, so that no new request is sent here. */
  isStopping: () => boolean;
  /** The text of /metrics. */
  metrics: () => Promise<string>;
  log: Log;
}): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.post('/webhooks/stytch', parts.receiver); // before all else: its answers set what means something to a program
  app.use(securityHeaders());
  app.all('/webhooks/stytch', (_request, response) => {
    response.setHeader('Allow', 'POST');
    response.status(405).json(problem('method_not_allowed', 'Stytch posts webhook events here. Use POST.'));
  });
  app.get('/healthz', (_request, response) => void response.json({ status: 'alive', version }));
  app.get('/readyz', readiness(parts));
  app.get('/metrics', async (_request, response) => {
    response.setHeader('Content-Type', 'text/plain; version=0.0.4; charset=utf-8');
    response.send(await parts.metrics());
  });
  app.use(parts.site);
  app.use((_request, response) => {
    response.status(404).json(problem('not_found', 'There is no such page. Check the address.'));
  });
  app.use(internalError(parts.log));
  return app;
}

/** `?of=queue` asks for one dependency: webhooks need no database as long as the queue is not in it. */
function readiness({ probes, isStopping }: { probes: Probes; isStopping: () => boolean }): RequestHandler {
  return async (request, response) => {
    const asked = Object.entries(probes).filter(
      ([name]) => request.query.of === undefined || request.query.of === name,
    );
    const results = await Promise.all(
      asked.map(async ([name, probe]): Promise<[string, string]> => {
        const failure = await probe().then(
          () => null,
          (error) => describeFailure(error),
        );
        return [name, failure ?? 'ok'];
      }),
    );
    const stopping = isStopping();
    const ready = !stopping && results.every(([, result]) => result === 'ok');
    const dependencies = Object.fromEntries(results);
    response.status(ready ? 200 : 503).json({ ready, ...(stopping ? { stopping } : {}), dependencies });
  };
}

/** Express knows an error handler by its four parameters. */
function internalError(log: Log): ErrorRequestHandler {
  return (error, _request, response, _next) => {
    log.error({ error: describeFailure(error) }, 'request failed');
    if (response.headersSent) return void response.destroy();
    response.status(500).json(problem('internal', 'Something went wrong on our side and was logged. Try again.'));
  };
}

function problem(code: string, message: string) {
  return { error: { code, message } };
}
