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
/** A collector that hangs must not delay a process that stops. */
const sendTimeoutMs = 3_000;
/** The number of hints in the largest batch. */
const linksMax = 1_000;

/**
 * Sends OpenTelemetry traces over OTLP/HTTP. OpenTelemetry's own variables set sampling, headers and batching. open-tracing.ts
 * loads this file only when tracing is on.
 */
export function traceTo(endpoint: string, service: string, outage: OutageLog): Tracing {
  const url = `${endpoint.replace(/\/+$/, '')}/v1/traces`;
  const exporter = reportingOutages(new OTLPTraceExporter({ url, timeoutMillis: sendTimeoutMs }), outage);
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

/** Work that no event has caused (housekeeping, schedules) is not traced. */
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

/** BullMQ also traces each fetch and each lock. That is noise in the trace of an event. */
function withoutHousekeeping({ tracer, contextManager }: BullMQOtel): QueueTracing {
  const ignored = new BullMQOTelSpan(trace.wrapSpanContext(INVALID_SPAN_CONTEXT));
  return {
    contextManager,
    tracer: {
      startSpan: (name, options, parent) =>
        options?.kind === SpanKind.INTERNAL ? ignored : tracer.startSpan(name, options, parent),
    },
  };
}

function reportingOutages(exporter: OTLPTraceExporter, outage: OutageLog): SpanExporter {
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

/** The exporter's own message may quote the collector's answer. */
function tracesLost(error: unknown): TransientError {
  const code = codeOf(error) || (error as { code?: unknown } | undefined)?.code || 'no answer in time';
  return new TransientError(
    `Traces could not be sent (${code}).`,
    'Is the collector at OTEL_EXPORTER_OTLP_ENDPOINT up? Nothing else depends on it.',
  );
}
