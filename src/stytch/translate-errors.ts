import { StytchError } from 'stytch';
import { idOrNull } from '../directory/ids.js';
import { PermanentError, RateLimited, TransientError } from '../errors/errors.js';

/** Stytch refused a request, or gave it up, because it asks for too much. A smaller request may succeed. */
export class TooMuchAtOnce extends TransientError {
  override name = 'TooMuchAtOnce';
}

/** The answer is larger than the limit for one answer, or than the memory that is free now. */
export class AnswerTooLarge extends TooMuchAtOnce {
  override name = 'AnswerTooLarge';
  /** The answer would not fit into empty memory either. */
  readonly isForGood: boolean;

  constructor(why: string, isForGood: boolean) {
    super(`Stytch's answer ${why}.`);
    this.isForGood = isForGood;
  }
}

/** Stytch does not know the organization, or no longer. */
export class OrganizationUnknown extends PermanentError {
  override name = 'OrganizationUnknown';
}

/** Stytch understood a request that was made for a person, and refused it. */
export class StytchRefusal extends PermanentError {
  override name = 'StytchRefusal';
  readonly errorType: string;
  /** Stytch's support asks for it. */
  readonly requestId: string;

  constructor(call: string, errorType: string, requestId: string) {
    super(`Stytch ${call}: ${errorType} (${requestId})`);
    this.errorType = errorType;
    this.requestId = requestId;
  }
}

/** Stytch refused the request. The reason may be one part of it: an odd id, a deleted organization, or its size. */
export function isRefusal(error: unknown): boolean {
  return error instanceof PermanentError || error instanceof TooMuchAtOnce;
}

/** Null when Stytch says that it does not know the member, the organization or the session. */
export async function unlessUnknown<T>(request: Promise<T>): Promise<T | null> {
  try {
    return await request;
  } catch (error) {
    // Only Stytch's own error type counts: a proxy's 404 must not look like a thousand leavers.
    if (error instanceof StytchError && /^(member|organization|session)_not_found$/.test(error.error_type)) return null;
    throw error;
  }
}

/** The status to count a failed call by, and our own error for it. */
export type Explained = { status: string; failure: Error };

/**
 * The SDK's error -> ours. It holds the call, the status, Stytch's error type and its request id. It never holds Stytch's
 * message or the request, because both may be personal.
 */
export function explain(call: string, error: unknown): Explained {
  if (error instanceof AnswerTooLarge) return { status: 'too_large', failure: error };
  if (error instanceof CallTimedOut) return { status: 'timeout', failure: error };
  // Not Stytch's own error: no connection, a proxy's HTML, JSON of another shape.
  if (!(error instanceof StytchError) || typeof error.status_code !== 'number') {
    const failure = new TransientError(`Stytch ${call} can't be reached or gave no usable answer.`);
    return { status: 'network', failure };
  }
  return { status: String(error.status_code), failure: failureOf(call, error) };
}

function failureOf(call: string, { status_code: status, error_type, request_id }: StytchError): Error {
  const words = `Stytch ${call}: ${status} ${idOrNull(error_type) ?? ''} (${idOrNull(request_id) ?? ''})`;
  if (status === 429) return new RateLimited(words);
  // Stytch documents no HTTP status for it (reference: the error types in Stytch's browser SDK).
  if (error_type === 'search_timeout') return new TooMuchAtOnce(words);
  // 401 and 403: the secret changed or the project is locked. Somebody fixes that in minutes, or an alert fires, so try again.
  if (status >= 500 || status === 401 || status === 403) return new TransientError(words);
  return error_type === 'organization_not_found' ? new OrganizationUnknown(words) : new PermanentError(words);
}

/**
 * The same for calls made for a person: a refusal keeps its error type, so that the page can say what to do. Customers know
 * Scanner, not Stytch, so an outage does not name it.
 */
export function explainToPerson(call: string, error: unknown): Explained {
  const isRefused = error instanceof StytchError && [400, 403, 404, 409].includes(error.status_code);
  if (!isRefused) {
    const { status, failure } = explain(call, error);
    if (!(failure instanceof TransientError) || failure instanceof RateLimited) return { status, failure };
    return { status, failure: new TransientError(failure.message.replace(/^Stytch /, 'Scanner’s SCIM service: ')) };
  }
  const [type, requestId] = [idOrNull(error.error_type) ?? 'unknown', idOrNull(error.request_id) ?? 'no request id'];
  return { status: String(error.status_code), failure: new StytchRefusal(call, type, requestId) };
}

/** The call's deadline passed. */
export class CallTimedOut extends TransientError {
  override name = 'CallTimedOut';

  constructor(call: string) {
    super(`Stytch ${call} did not answer in time.`);
  }
}
