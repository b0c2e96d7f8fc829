import { Counter, collectDefaultMetrics, Registry } from 'prom-client';

/** The numbers this process has to tell. No label ever holds an id or a name. */
export type Metrics = ReturnType<typeof createMetrics>;

export function createMetrics() {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return {
    registry,
    webhookRejections: new Counter({
      name: 'scim_webhook_rejections_total',
      help: 'Webhook requests that were not accepted, by reason',
      labelNames: ['reason'] as const,
      registers: [registry],
    }),
  };
}
