import { performance } from 'node:perf_hooks';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { outcomes } from '../directory/sync-event.js';
import { nodeVersion, version } from '../process/version.js';
import type { Rejection } from '../webhook/rejection.js';

/** The counters of one process. No label ever holds an id or a name. */
export type Metrics = ReturnType<typeof createMetrics>;

/** Seconds. Dense around the SLA of 300, where precision matters. */
const lagBuckets = [0.1, 0.25, 0.5, 1, 1.5, 2.5, 5, 10, 30, 60, 120, 180, 240, 270, 300, 360, 600, 1800, 7200];

export function createMetrics() {
  const metrics = defineMetrics();
  // Prometheus sees no increase in a counter that starts at one. So each label starts at zero.
  for (const outcome of [...outcomes, 'failed']) metrics.events.inc({ outcome }, 0);
  for (const result of ['changed', 'unchanged']) metrics.sweeps.inc({ result }, 0);
  for (const reason of rejections) metrics.webhookRejections.inc({ reason }, 0);
  return metrics;
}

function defineMetrics() {
  const registry = new Registry();
  const registers = [registry];
  return {
    /** The counters below. /metrics adds up those of all processes (metrics-endpoint.ts). */
    registry,
    eventLag: new Histogram({
      name: 'scim_event_lag_seconds',
      help: 'Time from when Stytch sent an event until its change was committed in the Scanner database',
      buckets: lagBuckets,
      registers,
    }),
    events: new Counter({
      name: 'scim_events_total',
      help: 'Events handled, by outcome. failed: given up after all attempts',
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
      help: 'Sweeps of teams, by whether they found a change that no event had brought',
      labelNames: ['result'] as const,
      registers,
    }),
    impossibleTimes: new Counter({
      name: 'scim_impossible_times_total',
      help: 'Rows found with a date in the future: a clock was ahead',
      registers,
    }),
    searchesRefuted: new Counter({
      name: 'scim_searches_refuted_total',
      help: 'Searches of Stytch that were discarded because a direct read disagreed',
      registers,
    }),
    stytchRequests: new Counter({
      name: 'scim_stytch_requests_total',
      help: 'Calls to Stytch, by HTTP status, or timeout, network, too_large',
      labelNames: ['call', 'status'] as const,
      registers,
    }),
    webhooksAccepted: new Counter({
      name: 'scim_webhooks_accepted_total',
      help: 'Webhook requests accepted: signed, for our project, and in the queue',
      registers,
    }),
    webhookRejections: new Counter({
      name: 'scim_webhook_rejections_total',
      help: 'Webhook requests rejected, by reason',
      labelNames: ['reason'] as const,
      registers,
    }),
  };
}

const rejections: Rejection[] = [
  'too_large',
  'overloaded',
  'missing_headers',
  'stale',
  'bad_signature',
  'not_an_event',
  'other_project',
  'queue_unavailable',
];

/**
 * What a worker uses, for its report. Over all workers the CPU is added up, and of memory and event loop the highest counts,
 * because no label may name a worker.
 */
export function createWorkerUsage(): Registry {
  const registry = new Registry();
  const registers = [registry];
  let last = performance.eventLoopUtilization();
  new Counter({
    name: 'scim_worker_cpu_seconds_total',
    help: 'CPU time of all workers, present and former',
    registers,
    collect() {
      const { user, system } = process.cpuUsage();
      this.reset();
      this.inc((user + system) / 1e6);
    },
  });
  new Gauge({
    name: 'scim_worker_memory_bytes',
    help: 'Resident memory of the worker that has most',
    aggregator: 'max',
    registers,
    collect() {
      this.set(process.memoryUsage.rss());
    },
  });
  new Gauge({
    name: 'scim_worker_event_loop_ratio',
    help: 'Share of its time that the busiest worker computes, since its last report',
    aggregator: 'max',
    registers,
    collect() {
      const now = performance.eventLoopUtilization();
      this.set(performance.eventLoopUtilization(now, last).utilization);
      last = now;
    },
  });
  return registry;
}
/** Milliseconds. At prom-client's 10, the timer alone costs 0.3 % of a core, half of what an idle process uses; at 20, half of that. */
const eventLoopMonitoringPrecision = 20;

/** Version, memory, CPU and event loop of this process. */
export function createProcessMetrics(): Registry {
  const registry = new Registry();
  const build = new Gauge({
    name: 'scim_build_info',
    help: 'Always 1. The labels hold the running version',
    labelNames: ['version', 'node'] as const,
    registers: [registry],
  });
  build.set({ version, node: nodeVersion }, 1);
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision });
  return registry;
}
