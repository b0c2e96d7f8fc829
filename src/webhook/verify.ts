import { Webhook } from 'svix';

export type Headers = Record<string, string | string[] | undefined>;
export type Verdict = { svixId: string } | { rejected: 'missing_headers' | 'stale' | 'bad_signature' };

/** Raw bytes and headers -> the message's id, if one of our secrets signed it less than five minutes ago. */
export type Verify = (body: Buffer, headers: Headers) => Verdict;

/** @param secrets `whsec_…`; more than one while a secret is being rotated */
export function createVerify(secrets: readonly string[]): Verify {
  const webhooks = secrets.map((secret) => new Webhook(secret));
  return (body, headers) => {
    const signed = signatureHeaders(headers);
    if (signed === null) return { rejected: 'missing_headers' };
    const problems = webhooks.map((webhook) => problemWith(webhook, body, signed.headers));
    if (problems.includes(null)) return { svixId: signed.svixId };
    return { rejected: problems.includes('stale') ? 'stale' : 'bad_signature' };
  };
}

/** Whether it has a signature at all, good or bad. */
export function isSigned(headers: Headers): boolean {
  return signatureHeaders(headers) !== null;
}

/** Svix sends one family or both; the first that is whole counts. */
function signatureHeaders(headers: Headers): { svixId: string; headers: Record<string, string> } | null {
  for (const family of ['svix', 'webhook']) {
    const entries = ['id', 'timestamp', 'signature'].map((part) => [`${family}-${part}`, headers[`${family}-${part}`]]);
    const whole = entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string' && entry[1] !== '');
    if (whole.length === entries.length) return { svixId: String(whole[0]?.[1]), headers: Object.fromEntries(whole) };
  }
  return null;
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
