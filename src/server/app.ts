import { setTimeout as sleep } from 'node:timers/promises';
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import { describeFailure } from '../errors/errors.js';
import { securityHeaders } from '../http/headers.js';
import type { Log } from '../log/log.js';
import { version } from '../process/version.js';
import { sharedProbe } from './shared-probe.js';

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
  /** Describes /api; public, like any documentation. */
  openApi: object;
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
  app.get('/api/openapi.json', (_request, response) => void response.json(parts.openApi));
  app.use(parts.site);
  app.use((_request, response) => {
    response.status(404).json(problem('not_found', 'There is no such page. Check the address.'));
  });
  app.use(internalError(parts.log));
  return app;
}

/**
 * Whether requests may be sent here. `?of=queue` is what webhooks need, `?of=database` what pages need, `?of=any` one of
 * the two, for a balancer that can't tell them apart; without it, everything.
 */
function readiness({ probes, isStopping }: { probes: Probes; isStopping: () => boolean }): RequestHandler {
  const shared = Object.entries(probes).map(([name, probe]) => [name, sharedProbe(() => outcomeOf(probe))] as const);
  return async ({ query: { of } }, response) => {
    const asked = shared.filter(([name]) => of === undefined || of === 'any' || of === name);
    if (asked.length === 0) {
      const names = ['any', ...Object.keys(probes)].map((name) => `?of=${name}`).join(', ');
      return void response.status(400).json(problem('unknown_dependency', `Ask with ${names}, or without it.`));
    }
    const results = await Promise.all(asked.map(async ([name, probe]) => [name, await probe()] as const));
    const oks = results.map(([, outcome]) => outcome === 'ok');
    const stopping = isStopping();
    const ready = !stopping && (of === 'any' ? oks.some(Boolean) : oks.every(Boolean));
    const dependencies = Object.fromEntries(results);
    response.status(ready ? 200 : 503).json({ ready, ...(stopping ? { stopping } : {}), dependencies });
  };
}

/** A balancer waits for a few seconds, and a database that has gone silent is waited for much longer. */
const probeWithinMs = 3_000;

/** `ok`, or what is wrong in words. */
async function outcomeOf(probe: () => Promise<unknown>): Promise<string> {
  const late = new AbortController();
  const outcome = probe().then(() => 'ok', describeFailure);
  const inTime = sleep(probeWithinMs, `It did not answer within ${probeWithinMs / 1000} s.`, late).catch(() => '');
  return Promise.race([outcome, inTime]).finally(() => late.abort());
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
