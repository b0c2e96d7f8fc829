import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import { DocumentPage } from '../admin/openapi/document-page.js';
import { describeFailure, TransientError } from '../errors/errors.js';
import { securityHeaders } from '../http/headers.js';
import { sendPage } from '../http/render.js';
import type { Log } from '../log/log.js';
import { withDeadline } from '../process/deadline.js';
import { version } from '../process/version.js';
import { sharedProbe } from './shared-probe.js';

/** By dependency: a probe that rejects when the dependency can't be used. */
export type Probes = Record<string, () => Promise<unknown>>;

/** All routes of the HTTP process. */
export function createApp(parts: {
  receiver: RequestHandler;
  /** The pages and APIs for people. */
  site: RequestHandler;
  probes: Probes;
  /** The process is stopping, so it is not ready for new requests. */
  isStopping: () => boolean;
  /** The OpenAPI document of /api, for programs and as a page. It is public. */
  openApi: Record<string, unknown>;
  /** The text of /metrics. */
  metrics: () => Promise<string>;
  log: Log;
}): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.post('/webhooks/stytch', parts.receiver); // before securityHeaders: the receiver sets only the headers that it needs
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
  app.get('/', (_request, response) => response.redirect('/settings/scim'));
  app.get('/api/openapi.json', (_request, response) => void response.json(parts.openApi));
  app.get('/api', (_request, response) => sendPage(response, DocumentPage({ document: parts.openApi })));
  app.use(parts.site);
  app.use((_request, response) => {
    response.status(404).json(problem('not_found', 'There is no such page. Check the address.'));
  });
  app.use(internalError(parts.log));
  return app;
}

/**
 * Whether this process is ready for requests. `?of=queue` is what webhooks need, and `?of=database` what pages need. `?of=any`
 * needs one of the two, for a load balancer that can't tell them apart. Without `of`, everything is needed.
 */
function readiness({ probes, isStopping }: { probes: Probes; isStopping: () => boolean }): RequestHandler {
  const shared = Object.entries(probes).map(([name, probe]) => [name, sharedProbe(() => outcomeOf(probe))] as const);
  return async ({ query: { of } }, response) => {
    const selected = shared.filter(([name]) => of === undefined || of === 'any' || of === name);
    if (selected.length === 0) {
      const names = ['any', ...Object.keys(probes)].map((name) => `?of=${name}`).join(', ');
      return void response.status(400).json(problem('unknown_dependency', `Use ${names}, or no parameter.`));
    }
    const results = await Promise.all(selected.map(async ([name, probe]) => [name, await probe()] as const));
    const oks = results.map(([, outcome]) => outcome === 'ok');
    const stopping = isStopping();
    const ready = !stopping && (of === 'any' ? oks.some(Boolean) : oks.every(Boolean));
    const dependencies = Object.fromEntries(results);
    response.status(ready ? 200 : 503).json({ ready, ...(stopping ? { stopping } : {}), dependencies });
  };
}

/** Load balancers wait for a few seconds. A database that hangs would take much longer to fail. */
const probeWithinMs = 3_000;

/** `ok`, or what is wrong in words. */
function outcomeOf(probe: () => Promise<unknown>): Promise<string> {
  const onLate = () => new TransientError(`It did not answer within ${probeWithinMs / 1000} s.`);
  return withDeadline(probeWithinMs, probe, onLate).then(() => 'ok', describeFailure);
}

/** Express recognizes an error handler by its four parameters. */
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
