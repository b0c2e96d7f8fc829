import { AsyncLocalStorage } from 'node:async_hooks';
import { B2BClient, StytchError } from 'stytch';
import { withDeadline } from '../process/deadline.js';
import type { Room } from '../process/memory-budget.js';
import { AnswerTooLarge, CallTimedOut, explain } from './translate-errors.js';

export type StytchOptions = {
  projectId: string;
  secret: string;
  /** For tests and local mode. By default Stytch's own address. */
  baseUrl?: string | undefined;
  /** Called for each answer, with the call's name and its HTTP status, or `timeout`, `network`, `too_large`. */
  onCall?: (call: string, status: string) => void;
};

/** Runs a call of the client: it ends at its deadline, is counted, and fails with our own errors. */
export type Call = <T>(name: string, request: () => Promise<T>, deadlineMs?: number) => Promise<T>;

/** Stytch documents up to 9 s for a search. A call that takes longer than this is lost. */
export const deadlineDefaultMs = 12_000;
/** Some 3,500 members as Stytch's documentation shows them. The parsed answer takes five times as much of the heap. */
const answerBytesMax = 7 * 1024 * 1024;

export function openStytch(options: StytchOptions, explainError = explain): { client: BoundedClient; call: Call } {
  const { onCall = () => {} } = options;
  const call: Call = async (name, request, deadlineMs = deadlineDefaultMs) => {
    const underDeadline = (signal: AbortSignal) => currentDeadline.run(signal, request);
    try {
      const answer = await withDeadline(deadlineMs, underDeadline, () => new CallTimedOut(name));
      onCall(name, '200');
      return answer;
    } catch (error) {
      const { status, failure } = explainError(name, error);
      onCall(name, status);
      throw failure;
    }
  };
  return { client: createClient(options), call };
}

/** Only the client: its calls end after the default deadline, and fail with the SDK's errors. */
export function createClient({ projectId, secret, baseUrl }: StytchOptions): BoundedClient {
  // `custom_base_url` refuses http, `env` takes any URL.
  const where =
    baseUrl === undefined ? {} : baseUrl.startsWith('https:') ? { custom_base_url: baseUrl } : { env: baseUrl };
  return new BoundedClient({ project_id: projectId, secret, ...where });
}

/** The signal that ends the requests of the call that is running now. */
const currentDeadline = new AsyncLocalStorage<AbortSignal>();

/**
 * The SDK, with requests that end at the call's deadline, together with their connection. The SDK's own `timeout` has no
 * effect. Its `dispatcher` needs the undici that is inside this very line of Node. But the SDK spreads its `fetchConfig` into
 * the options of each of Node's fetch calls, and fetch obeys a signal there.
 */
class BoundedClient extends B2BClient {
  constructor(config: ConstructorParameters<typeof B2BClient>[0]) {
    super(config);
    Object.defineProperty(this.fetchConfig, 'signal', {
      enumerable: true,
      get: () => currentDeadline.getStore() ?? AbortSignal.timeout(deadlineDefaultMs),
    });
  }

  /**
   * Sends a request as the SDK does, but stops reading an answer for which there is no room. The SDK reads any size.
   * @throws AnswerTooLarge, StytchError
   */
  async send({ method, path, data, room }: ApiRequest): Promise<ApiAnswer> {
    const { baseURL, headers, signal } = this.fetchConfig as typeof this.fetchConfig & { signal: AbortSignal };
    const request = { method, headers, signal, ...(data === undefined ? {} : { body: JSON.stringify(data) }) };
    const response = await fetch(new URL(path, baseURL), request);
    const body = await readBody(response, room);
    const answer: unknown = JSON.parse(body.toString('utf8'));
    if (response.status >= 400) throw new StytchError(answer as ConstructorParameters<typeof StytchError>[0]);
    return { answer, bytes: body.length };
  }
}

type ApiRequest = { method: 'GET' | 'POST'; path: string; data?: object; room?: Room | undefined };
/** `bytes`: the size of the answer's JSON. */
export type ApiAnswer = { answer: unknown; bytes: number };

async function readBody(response: Response, room: Room | undefined): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of response.body ?? []) {
      if (bytes + chunk.length > answerBytesMax) throw new AnswerTooLarge('is larger than the limit of 7 MiB', true);
      if (room?.take(chunk.length) === false) throw new AnswerTooLarge('does not fit into free memory', false);
      chunks.push(chunk);
      bytes += chunk.length;
    }
  } catch (error) {
    room?.giveBack(bytes);
    throw error;
  }
  return Buffer.concat(chunks, bytes);
}
