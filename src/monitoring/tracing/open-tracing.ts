import type { Config } from '../../config/config.js';
import type { Log } from '../../log/log.js';
import { createOutageLog } from '../../log/outage-log.js';
import { noTracing, type Tracing } from './tracing.js';

/** If OTEL_EXPORTER_OTLP_ENDPOINT is set, loads OpenTelemetry and sends traces there. */
export async function openTracing(
  { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }: Pick<Config, 'OTEL_EXPORTER_OTLP_ENDPOINT'>,
  service: string,
  log: Log,
): Promise<Tracing> {
  if (endpoint === undefined) return noTracing;
  const { traceTo } = await import('./opentelemetry.js');
  return traceTo(endpoint, service, createOutageLog(log, 'traces'));
}
