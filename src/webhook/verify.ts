import { Webhook } from 'svix';

export type Headers = Record<string, string | string[] | undefined>;
/** The signature headers of a message, not verified yet. */
export type Signature = { svixId: string; attemptedAt: Date; headers: Record<string, string> };

/**
 * Raw bytes -> the parsed body, if one of our secrets signed it less than five minutes ago. Else what is wrong. Svix's library
 * parses what it verifies. A signed body that is not JSON is undefined.
 */
export type Verify = (body: Buffer, signature: Signature) => Verdict;
export type Verdict = { value: unknown } | 'stale' | 'bad_signature';

/** @param secrets `whsec_…`. Several during a rotation */
export function createVerify(secrets: readonly string[]): Verify {
  const webhooks = secrets.map((secret) => new Webhook(secret));
  return (body, { headers }) => {
    const text = body.toString('utf8'); // once, instead of in each step of svix
    let worst: Verdict = 'bad_signature';
    for (const webhook of webhooks) {
      const verdict = judge(webhook, text, headers);
      if (typeof verdict === 'object') return verdict;
      if (verdict === 'stale') worst = verdict;
    }
    return worst;
  };
}

/** Svix sends one family of headers or both. The first complete one counts. On the hot path, so it allocates nothing else. */
export function signatureOf(headers: Headers): Signature | null {
  for (const names of families) {
    const id = headers[names.id];
    const timestamp = headers[names.timestamp];
    const signature = headers[names.signature];
    if (isText(id) && isText(timestamp) && isText(signature))
      return {
        svixId: id,
        attemptedAt: new Date(Number(timestamp) * 1000),
        headers: { [names.id]: id, [names.timestamp]: timestamp, [names.signature]: signature },
      };
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

function judge(webhook: Webhook, text: string, headers: Record<string, string>): Verdict {
  try {
    return { value: webhook.verify(text, headers) };
  } catch (error) {
    if (error instanceof SyntaxError) return { value: undefined }; // verified, but not JSON
    return error instanceof Error && error.message.startsWith('Message timestamp too') ? 'stale' : 'bad_signature';
  }
}
