/** Signs a webhook as Svix does: one signature per secret, in one or both families of headers. */
import { Webhook } from 'svix';

export type HeaderFamily = 'svix' | 'webhook' | 'both';

export interface SignOptions {
  readonly svixId: string;
  readonly body: string;
  /** Several while a secret rotates. */
  readonly secrets: readonly string[];
  readonly headers?: HeaderFamily;
  /** The attempt's own time: every retry is freshly stamped. */
  readonly at?: Date;
}

export function signWebhook(options: SignOptions): Record<string, string> {
  const { svixId, body, secrets, headers = 'svix', at = new Date() } = options;
  const signatures = secrets.map((secret) => new Webhook(secret).sign(svixId, at, body));
  const values = {
    id: svixId,
    timestamp: String(Math.floor(at.getTime() / 1000)),
    signature: signatures.join(' '),
  };
  const families = headers === 'both' ? ['svix', 'webhook'] : [headers];
  return Object.fromEntries(
    families.flatMap((family) => Object.entries(values).map(([name, value]) => [`${family}-${name}`, value])),
  );
}
