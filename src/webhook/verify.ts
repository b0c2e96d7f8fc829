import { Webhook } from 'svix';

export type Headers = Record<string, string | string[] | undefined>;
/** As it came, good or bad: what Svix says of a message, and whose id that is. */
export type Signature = { svixId: string; attemptedAt: Date; headers: Record<string, string> };

/**
 * Raw bytes -> what they say, when one of our secrets signed them less than five minutes ago; else what is wrong. Svix
 * parses what it has verified, so nobody has to do it again; signed text that is no JSON is undefined.
 */
export type Verify = (body: Buffer, signature: Signature) => Verdict;
export type Verdict = { value: unknown } | 'stale' | 'bad_signature';

/** @param secrets `whsec_…`; more than one while a secret is being rotated */
export function createVerify(secrets: readonly string[]): Verify {
  const webhooks = secrets.map((secret) => new Webhook(secret));
  return (body, { headers }) => {
    const text = body.toString('utf8'); // once, and not by each of svix's steps
    let worst: Verdict = 'bad_signature';
    for (const webhook of webhooks) {
      const verdict = judge(webhook, text, headers);
      if (typeof verdict === 'object') return verdict;
      if (verdict === 'stale') worst = verdict;
    }
    return worst;
  };
}

/** Svix sends one family or both; the first that is whole counts. Done for each webhook, so nothing is made that isn't kept. */
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
    if (error instanceof SyntaxError) return { value: undefined }; // verified, and then no JSON
    return error instanceof Error && error.message.startsWith('Message timestamp too') ? 'stale' : 'bad_signature';
  }
}
