import { Webhook } from 'svix';

export type Headers = Record<string, string | string[] | undefined>;
/** As it came, good or bad: what Svix says of a message, and whose id that is. */
export type Signature = { svixId: string; headers: Record<string, string> };

/** What is wrong with a signature of raw bytes; null when one of our secrets made it, less than five minutes ago. */
export type Verify = (body: Buffer, signature: Signature) => 'stale' | 'bad_signature' | null;

/** @param secrets `whsec_…`; more than one while a secret is being rotated */
export function createVerify(secrets: readonly string[]): Verify {
  const webhooks = secrets.map((secret) => new Webhook(secret));
  return (body, { headers }) => {
    const problems = webhooks.map((webhook) => problemWith(webhook, body, headers));
    if (problems.includes(null)) return null;
    return problems.includes('stale') ? 'stale' : 'bad_signature';
  };
}

/** Svix sends one family or both; the first that is whole counts. Done for each webhook, so nothing is made that isn't kept. */
export function signatureOf(headers: Headers): Signature | null {
  for (const names of families) {
    const id = headers[names.id];
    const timestamp = headers[names.timestamp];
    const signature = headers[names.signature];
    if (isText(id) && isText(timestamp) && isText(signature))
      return { svixId: id, headers: { [names.id]: id, [names.timestamp]: timestamp, [names.signature]: signature } };
  }
  return null;
}

const families = ['svix', 'webhook'].map((family) => ({
  id: `${family}-id`,
  timestamp: `${family}-timestamp`,
  signature: `${family}-signature`,
}));

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function problemWith(
  webhook: Webhook,
  body: Buffer,
  headers: Record<string, string>,
): 'stale' | 'bad_signature' | null {
  try {
    webhook.verify(body, headers);
    return null;
  } catch (error) {
    // svix 1.x goes on to parse what it has verified: text that is signed but not JSON is authentic, and judged later.
    if (error instanceof SyntaxError) return null;
    return error instanceof Error && error.message.startsWith('Message timestamp too') ? 'stale' : 'bad_signature';
  }
}
