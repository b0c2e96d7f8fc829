/** The webhook sender that tests drive: Svix's deliveries, and what goes wrong with them. */
import { Agent } from 'undici';
import type { Clock } from '../clock.js';
import { type DeliverAllOptions, deliverAll } from './deliver-all.js';
import { type Attempt, type Message, newMessage } from './message.js';
import { createOutbox } from './outbox.js';
import { type Endpoint, post } from './post.js';
import { createSender } from './sender.js';
import { signWebhook } from './sign.js';
import { noWebhookFaults, planDeliveries, type WebhookFaults } from './webhook-faults.js';

export interface Webhooks {
  /** null: nobody listens; messages stay pending in the outbox. */
  setEndpoint(endpoint: Endpoint | null): void;
  /** auto: sent in the background. manual: only `deliver`, `deliverAll` and `resend` send. */
  mode: 'auto' | 'manual';
  concurrency: number;
  /** Of the background deliveries; live. */
  faults: WebhookFaults;
  readonly outbox: readonly Message[];
  /** Forgets every message: long runs would fill the memory with them. */
  clearOutbox(): void;
  /** Sends any body, hostile ones too, as a message of its own. */
  publish(body: object | string, eventType?: string): Message;
  deliver(message: Message): Promise<Attempt>;
  /** Everything pending once. */
  deliverAll(options?: DeliverAllOptions): Promise<void>;
  /** What one attempt would send, for tests that post by hand. */
  sign(message: Message, at?: Date): { readonly headers: Record<string, string>; readonly body: string };
  /** The same svix-id with a fresh timestamp, also long after it was delivered. */
  resend(svixId: string): Promise<Attempt>;
  /** Resolves when nothing is in flight or due now. */
  settled(): Promise<void>;
}

export interface WebhooksOptions {
  readonly clock: Clock;
  readonly outboxLimit: number;
  readonly random: () => number;
}

export function createWebhooks({ clock, outboxLimit, random }: WebhooksOptions) {
  const outbox = createOutbox(outboxLimit);
  const dispatcher = new Agent({ headersTimeout: 0, bodyTimeout: 0, keepAliveTimeout: 60_000 });
  let endpoint: Endpoint | null = null;

  const sender = createSender({
    clock,
    concurrency: () => webhooks.concurrency,
    random: () => (webhooks.faults.shuffle ? random : undefined),
    isSending: () => webhooks.mode === 'auto' && endpoint !== null,
    async post(message) {
      if (endpoint === null) throw new Error('No webhook endpoint is set');
      const attempt = await post(message, endpoint, { clock, skewMs: webhooks.faults.clockSkewMs, dispatcher });
      if (attempt.instruction === 'disable') endpoint = null;
      return attempt;
    },
  });

  const webhooks = {
    mode: 'auto' as Webhooks['mode'],
    concurrency: 20,
    faults: noWebhookFaults(),
    get outbox() {
      return outbox.all();
    },
    clearOutbox: () => outbox.clear(),
    setEndpoint(next: Endpoint | null) {
      endpoint = next;
    },
    publish(body: object | string, eventType = ''): Message {
      const message = newMessage(eventType, typeof body === 'string' ? body : JSON.stringify(body));
      outbox.add(message);
      if (webhooks.mode === 'manual' || endpoint === null) return message;
      const deliveries = planDeliveries(message, webhooks.faults, random);
      if (deliveries.length === 0) message.state = 'dropped';
      for (const { lateMs, isCopy } of deliveries) sender.send(message, { dueMs: clock.now() + lateMs, isCopy });
      return message;
    },
    deliver: (message: Message) => sender.attempt(message),
    deliverAll: (options: DeliverAllOptions = {}) =>
      deliverAll(sender, outbox.all(), { concurrency: webhooks.concurrency, random, ...options }),
    sign(message: Message, at = new Date()) {
      const { secrets = [], headers = 'svix' } = endpoint ?? {};
      const signed = signWebhook({ ...message, secrets, headers, at });
      return { headers: { 'content-type': 'application/json', ...signed }, body: message.body };
    },
    async resend(svixId: string): Promise<Attempt> {
      const message = outbox.find(svixId);
      if (message === undefined) throw new Error(`No message ${svixId} in the outbox`);
      return await sender.attempt(message);
    },
    settled: () => sender.settled(),
    async stop(): Promise<void> {
      endpoint = null;
      await dispatcher.destroy();
    },
  };
  return webhooks satisfies Webhooks;
}
