import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { outcomes } from '../directory/sync-event.js';
import { nodeVersion, version } from '../process/version.js';
import type { Rejection } from '../webhook/rejection.js';

/** What one process counts. No label ever holds an id or a name. */
export type Metrics = ReturnType<typeof createMetrics>;

/** Seconds; dense around the SLA of 300, where it matters on which side a lag falls. */
const lagBuckets = [0.1, 0.25, 0.5, 1, 1.5, 2.5, 5, 10, 30, 60, 120, 180, 240, 270, 300, 360, 600, 1800, 7200];

export function createMetrics() {
  const metrics = defineMetrics();
  // A count that begins at one would be no increase to Prometheus, so the first of its kind would never be seen.
  for (const outcome of [...outcomes, 'failed']) metrics.events.inc({ outcome }, 0);
  for (const result of ['changed', 'unchanged']) metrics.sweeps.inc({ result }, 0);
  for (const reason of rejections) metrics.webhookRejections.inc({ reason }, 0);
  return metrics;
}

function defineMetrics() {
  const registry = new Registry();
  const registers = [registry];
  return {
    /** The counters below; those of all processes are told together (metrics-endpoint.ts). */
    registry,
    eventLag: new Histogram({
      name: 'scim_event_lag_seconds',
      help: 'Time from when Stytch sent an event until what it told of was committed in the Scanner database',
      buckets: lagBuckets,
      registers,
    }),
    events: new Counter({
      name: 'scim_events_total',
      help: 'Events handled, by what became of them; failed: given up after all attempts',
      labelNames: ['outcome'] as const,
      registers,
    }),
    breaches: new Counter({
      name: 'scim_sla_breaches_total',
      help: 'Events whose change was committed later than SLA_SECONDS after Stytch sent them',
      registers,
    }),
    sweeps: new Counter({
      name: 'scim_sweeps_total',
      help: 'Whole teams read, by whether anything was found that no event had told of',
      labelNames: ['result'] as const,
      registers,
    }),
    impossibleTimes: new Counter({
      name: 'scim_impossible_times_total',
      help: 'Rows that were found with a date in the future: a clock was ahead',
      registers,
    }),
    searchesRefuted: new Counter({
      name: 'scim_searches_refuted_total',
      help: 'Searches of Stytch that were thrown away because a direct question was answered otherwise',
      registers,
    }),
    stytchRequests: new Counter({
      name: 'scim_stytch_requests_total',
      help: 'Calls to Stytch, by HTTP status; or timeout, network',
      labelNames: ['call', 'status'] as const,
      registers,
    }),
    webhooksAccepted: new Counter({
      name: 'scim_webhooks_accepted_total',
      help: 'Webhook requests that were accepted: signed, ours, and in the queue',
      registers,
    }),
    webhookRejections: new Counter({
      name: 'scim_webhook_rejections_total',
      help: 'Webhook requests that were not accepted, by reason',
      labelNames: ['reason'] as const,
      registers,
    }),
  };
}

const rejections: Rejection[] = [
  ...(['too_large', 'overloaded', 'missing_headers', 'stale', 'bad_signature'] as const),
  ...(['not_an_event', 'other_project', 'queue_unavailable'] as const),
];

/** Version, memory, CPU, event loop: of this process alone. */
export function createProcessMetrics(): Registry {
  const registry = new Registry();
  const build = new Gauge({
    name: 'scim_build_info',
    help: 'Always 1; what runs is in the labels',
    labelNames: ['version', 'node'] as const,
    registers: [registry],
  });
  build.set({ version, node: nodeVersion }, 1);
  collectDefaultMetrics({ register: registry });
  return registry;
}
