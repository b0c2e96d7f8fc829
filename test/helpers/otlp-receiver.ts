import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

type Value = { stringValue?: string; intValue?: number; arrayValue?: object };
export type ReceivedSpan = {
  service: string;
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  kind: number;
  attributes: { key: string; value: Value }[];
  links?: { traceId: string; spanId: string }[];
};

/** A collector that takes OTLP as JSON over HTTP, as OpenTelemetry's own does, and keeps what it gets. */
export async function startOtlpReceiver() {
  const [spans, bodies]: [ReceivedSpan[], string[]] = [[], []];
  const server = createServer(async (request, response) => {
    const body = await text(request);
    if (request.url !== '/v1/traces') return void response.writeHead(404).end();
    bodies.push(body);
    for (const { resource, scopeSpans } of JSON.parse(body).resourceSpans) {
      const service = attributeOf(resource, 'service.name');
      for (const one of scopeSpans.flatMap((scope: { spans: object[] }) => scope.spans))
        spans.push({ service, ...one });
    }
    response.writeHead(200, { 'Content-Type': 'application/json' }).end('{}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    /** All that was ever said, as it was sent. */
    said: () => bodies.join('\n'),
    stop: () => new Promise((resolve) => server.close(resolve)),
  };
}

export function attributeOf({ attributes }: Pick<ReceivedSpan, 'attributes'>, key: string): unknown {
  const value = attributes.find((one) => one.key === key)?.value;
  return value?.stringValue ?? value?.intValue;
}
