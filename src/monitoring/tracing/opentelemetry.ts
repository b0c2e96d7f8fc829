import {
  type Context,
  context,
  INVALID_SPAN_CONTEXT,
  type Link,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider, type SpanExporter } from '@opentelemetry/sdk-trace-node';
import { BullMQOTelSpan, BullMQOtel } from 'bullmq-otel';
import { codeOf, describeFailure, TransientError } from '../../errors/errors.js';
import type { OutageLog } from '../../log/outage-log.js';
import type { QueueTracing } from '../../queue/backend.js';
import type { Step, Tracing } from './tracing.js';

const tracerName = 'scanner-scim';
/** A collector that hangs must not hold up a process that stops. */
const sendTimeoutMs = 3_000;
/** Every hint of the largest batch. */
const linksMax = 1_000;

/**
 * OpenTelemetry, sent over OTLP/HTTP. Sampling, headers and batching follow OpenTelemetry's own variables. Loaded by
 * tracing.ts only when somebody wants traces.
 */
export function traceTo(endpoint: string, service: string, outage: OutageLog): Tracing {
  const url = `${endpoint.replace(/\/+$/, '')}/v1/traces`;
  const exporter = telling(new OTLPTraceExporter({ url, timeoutMillis: sendTimeoutMs }), outage);
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': `scanner-scim-${service}` }),
    spanProcessors: [new BatchSpanProcessor(exporter, { exportTimeoutMillis: sendTimeoutMs })],
    spanLimits: { linkCountLimit: linksMax },
  });
  provider.register();
  const queue = withoutHousekeeping(new BullMQOtel({ tracerName }));
  return {
    queue,
    carry: () => (trace.getActiveSpan() ? queue.contextManager.getMetadata(context.active()) : undefined),
    step: runStep,
    note: (facts) => void trace.getActiveSpan()?.setAttributes(facts),
    close: () => provider.shutdown().catch((error) => outage.failed(tracesLost(error))),
  };
}

/** What nobody's event has caused (housekeeping, schedules) is no step of anything, and is not told. */
function runStep<T>({ name, facts = {}, begins, causes }: Step, work: () => Promise<T>): Promise<T> {
  const origins = begins ? [ROOT_CONTEXT] : causes ? causesOf(causes) : [context.active()].filter(trace.getSpan);
  const [parent] = origins;
  if (parent === undefined) return work();
  const links = origins.length > 1 ? origins.flatMap(linkTo) : [];
  const kind = begins ? SpanKind.SERVER : SpanKind.INTERNAL;
  const options = { kind, attributes: facts, links, root: links.length > 0 };
  return trace.getTracer(tracerName).startActiveSpan(name, options, parent, async (span) => {
    try {
      return await work();
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR, message: describeFailure(error) });
      throw error;
    } finally {
      span.end();
    }
  });
}

function causesOf(causes: readonly (string | undefined)[]): Context[] {
  const known = new Set(causes.filter((cause) => cause !== undefined));
  return [...known].map((carried) => propagation.extract(ROOT_CONTEXT, JSON.parse(carried)));
}

function linkTo(origin: Context): Link[] {
  const span = trace.getSpanContext(origin);
  return span === undefined ? [] : [{ context: span }];
}

/** BullMQ also tells of each look for a job and each lock; in traces of events that is noise. */
function withoutHousekeeping({ tracer, contextManager }: BullMQOtel): QueueTracing {
  const unseen = new BullMQOTelSpan(trace.wrapSpanContext(INVALID_SPAN_CONTEXT));
  return {
    contextManager,
    tracer: {
      startSpan: (name, options, parent) =>
        options?.kind === SpanKind.INTERNAL ? unseen : tracer.startSpan(name, options, parent),
    },
  };
}

function telling(exporter: OTLPTraceExporter, outage: OutageLog): SpanExporter {
  return {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        if (result.code === 0) outage.succeeded();
        else outage.failed(tracesLost(result.error));
        done(result);
      }),
    forceFlush: () => exporter.forceFlush(),
    shutdown: () => exporter.shutdown(),
  };
}

/** The exporter's own message may quote what the collector answered. */
function tracesLost(error: unknown): TransientError {
  const code = codeOf(error) || (error as { code?: unknown } | undefined)?.code || 'no answer in time';
  return new TransientError(
    `Traces could not be sent (${code}).`,
    'Is the collector at OTEL_EXPORTER_OTLP_ENDPOINT up? Nothing else waits for it.',
  );
}
