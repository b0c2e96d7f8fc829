import { StytchError } from 'stytch';
import { idOrNull } from '../directory/ids.js';
import { PermanentError } from '../errors/errors.js';
import { explain } from './directory.js';

/** Stytch understood, and said no. */
export class StytchRefusal extends PermanentError {
  override name = 'StytchRefusal';
  readonly errorType: string;
  /** Stytch's name for the request: what its support asks for. */
  readonly requestId: string;

  constructor(call: string, errorType: string, requestId: string) {
    super(`Stytch ${call}: ${errorType} (${requestId})`);
    this.errorType = errorType;
    this.requestId = requestId;
  }
}

/** A refusal keeps its type, for words that help the person; the rest is told as to everybody else. */
export function explainToPeople(call: string, error: unknown): { status: string; failure: Error } {
  const isRefusal = error instanceof StytchError && [400, 403, 404, 409].includes(error.status_code);
  if (!isRefusal) return explain(call, error);
  const [type, requestId] = [idOrNull(error.error_type) ?? 'unknown', idOrNull(error.request_id) ?? 'no request id'];
  return { status: String(error.status_code), failure: new StytchRefusal(call, type, requestId) };
}
