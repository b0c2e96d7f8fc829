import { AsyncLocalStorage } from 'node:async_hooks';
import { B2BClient, StytchError } from 'stytch';
import { idOrNull } from '../directory/ids.js';
import { asArray, asRecord } from '../directory/json.js';
import { PermanentError, RateLimited, TransientError } from '../errors/errors.js';
import type { Room } from '../process/memory-budget.js';

/** The reads of Stytch's directory that reconciling needs. Members come back unparsed: nobody outside is trusted. */
export type StytchDirectory = {
  /** The member as it is now, deleted or not, straight from the source; null when Stytch does not know it. */
  getMember(memberId: string, options?: CallOptions): Promise<unknown>;
  /** From an index that may lag. All statuses. @param search at most 1,000 member ids; without them: everybody */
  searchMembers(search: MemberSearch, options?: CallOptions): Promise<MemberPage>;
};

export type CallOptions = {
  /** Longest wait for the answer. */
  deadlineMs?: number;
  /** Asked before more of the answer is kept in memory; false: no room, and the call is given up. */
  room?: Room | undefined;
};

/** Stytch refuses so much at once, or gives it up: the same as fewer may well be answered. */
export class TooMuchAtOnce extends TransientError {
  override name = 'TooMuchAtOnce';
}

/** More than we read of one answer, or than there is room for now. */
export class AnswerTooLarge extends TooMuchAtOnce {
  override name = 'AnswerTooLarge';
  /** It would not fit into an empty memory either. */
  readonly isForGood: boolean;

  constructor(why: string, isForGood: boolean) {
    super(`An answer of Stytch's ${why}.`);
    this.isForGood = isForGood;
  }
}

/** Stytch's own no, which may be about a part of what was asked: an odd id, a gone organization, or that it is too much. */
export function isRefusal(error: unknown): boolean {
  return error instanceof PermanentError || error instanceof TooMuchAtOnce;
}

/** Stytch has no such organization, or no longer. */
export class OrganizationUnknown extends PermanentError {
  override name = 'OrganizationUnknown';
}

export type MemberSearch = {
  organizationIds: string[];
  memberIds?: string[];
  cursor?: string;
  /** Members in a page: 1 to 1,000, the default. */
  limit?: number;
};
/** `bytes`: of the JSON that it came in. */
export type MemberPage = { members: unknown[]; nextCursor: string | null; bytes: number };

export type StytchOptions = {
  projectId: string;
  secret: string;
  /** Only for tests and local mode; Stytch's own by default. */
  baseUrl?: string | undefined;
  /** Told of each answer: the call's name and its HTTP status, or `timeout`, `network`. */
  onCall?: (call: string, status: string) => void;
};

/** Search's documented latency goes up to 9 s; a call that takes longer than this is lost. */
export const deadlineDefaultMs = 12_000;
/** The most members that Stytch gives in one page. */
export const pageSizeMax = 1000;
/** Some 3,500 members as the documentation shows them; what is made of it takes five times as much of the heap. */
const answerBytesMax = 7 * 1024 * 1024;
/** The API's enum, all of it: without it search leaves the deleted out. */
const allStatuses = ['active', 'pending', 'invited', 'deleted'];

export function connectStytch(options: StytchOptions): StytchDirectory {
  const client = createClient(options);
  const call = withDeadline(options.onCall ?? (() => {}));
  return {
    getMember: (memberId, { deadlineMs = deadlineDefaultMs, room } = {}) =>
      call('members.dangerouslyGet', deadlineMs, async () => {
        const path = `${membersPath}/dangerously_get/${encodeURIComponent(memberId)}?include_deleted=true`;
        const found = await unlessUnknown(client.ask({ method: 'GET', path, room }));
        return found === null ? null : required(asRecord(found.answer).member);
      }),
    searchMembers: (search, { deadlineMs = deadlineDefaultMs, room } = {}) =>
      call('members.search', deadlineMs, async () => {
        const data = searchRequest(search);
        return memberPage(await client.ask({ method: 'POST', path: `${membersPath}/search`, data, room }));
      }),
  };
}

/** No members beside metadata is a page of nobody; an answer that has neither is none. */
function memberPage({ answer, bytes }: Answer): MemberPage {
  const { members, results_metadata } = asRecord(answer);
  if (members !== undefined && members !== null && !Array.isArray(members)) throw new TypeError('Members are no list');
  if (!Array.isArray(members)) required(results_metadata);
  return { members: asArray(members), nextCursor: cursorOf(results_metadata), bytes };
}

/** Null, empty or missing: there is no more. */
export function cursorOf(metadata: unknown): string | null {
  const { next_cursor } = asRecord(metadata);
  return typeof next_cursor === 'string' && next_cursor !== '' ? next_cursor : null;
}

export function createClient({ projectId, secret, baseUrl }: StytchOptions): BoundedClient {
  // `custom_base_url` refuses http, `env` takes any URL.
  const where =
    baseUrl === undefined ? {} : baseUrl.startsWith('https:') ? { custom_base_url: baseUrl } : { env: baseUrl };
  return new BoundedClient({ project_id: projectId, secret, ...where });
}

/** The signal that ends the call under way, for the requests that the SDK makes inside it. */
const currentDeadline = new AsyncLocalStorage<AbortSignal>();

/**
 * The SDK, whose requests end at the call's deadline, with their connection. The SDK's own `timeout` has no effect, and its
 * `dispatcher` ties us to the undici inside of Node, which changes with each line. But for each request it spreads its
 * `fetchConfig` into the options of Node's fetch, so a signal there is one that fetch obeys.
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
   * A request as the SDK makes them, whose answer is read as far as there is room for it: the SDK would read any.
   * @throws AnswerTooLarge, StytchError
   */
  async ask({ method, path, data, room }: Question): Promise<Answer> {
    const { baseURL, headers, signal } = this.fetchConfig as typeof this.fetchConfig & { signal: AbortSignal };
    const request = { method, headers, signal, ...(data === undefined ? {} : { body: JSON.stringify(data) }) };
    const response = await fetch(new URL(path, baseURL), request);
    const body = await readBody(response, room);
    const answer: unknown = JSON.parse(body.toString('utf8'));
    if (response.status >= 400) throw new StytchError(answer as ConstructorParameters<typeof StytchError>[0]);
    return { answer, bytes: body.length };
  }
}

type Question = { method: 'GET' | 'POST'; path: string; data?: object; room?: CallOptions['room'] };
type Answer = { answer: unknown; bytes: number };

const membersPath = '/v1/b2b/organizations/members';

async function readBody(response: Response, room: CallOptions['room']): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of response.body ?? []) {
      if (bytes + chunk.length > answerBytesMax) throw new AnswerTooLarge('is larger than we read', true);
      if (room?.take(chunk.length) === false) throw new AnswerTooLarge('finds no room in memory', false);
      chunks.push(chunk);
      bytes += chunk.length;
    }
  } catch (error) {
    room?.giveBack(bytes);
    throw error;
  }
  return Buffer.concat(chunks, bytes);
}

function searchRequest({ organizationIds, memberIds, cursor, limit = pageSizeMax }: MemberSearch) {
  const byId = memberIds ? [{ filter_name: 'member_ids' as const, filter_value: memberIds }] : [];
  return {
    organization_ids: organizationIds,
    limit,
    ...(cursor === undefined ? {} : { cursor }),
    query: {
      operator: 'AND' as const,
      operands: [{ filter_name: 'statuses' as const, filter_value: allStatuses }, ...byId],
    },
  };
}

/** The SDK's client, its calls with a deadline and with errors that may be told. */
export function openStytch(options: StytchOptions) {
  const client = createClient(options);
  const call = withDeadline(options.onCall ?? (() => {}));
  return { client, call: <T>(name: string, request: () => Promise<T>) => call(name, deadlineDefaultMs, request) };
}

/** Null when Stytch says in its own words that it does not know the member or the organization. */
export async function unlessUnknown<T>(request: Promise<T>): Promise<T | null> {
  return request.catch(nullIfUnknown);
}

/** Only Stytch's own words count as "not there": a proxy's 404 must not look like a thousand leavers. */
function nullIfUnknown(error: unknown): null {
  const isItsWord = error instanceof StytchError && /^(member|organization|session)_not_found$/.test(error.error_type);
  if (!isItsWord) throw error;
  return null;
}

/** An answer without its main part is no answer: an empty page must never look like an empty organization. */
function required(part: unknown): unknown {
  if (typeof part !== 'object' || part === null) throw new TypeError('The answer lacks its main part');
  return part;
}

/** Runs calls of the client above: each ends in time, is counted, and fails in our own words. */
export function withDeadline(onCall: (call: string, status: string) => void, explainer = explain) {
  return async <T>(call: string, deadlineMs: number, request: () => Promise<T>): Promise<T> => {
    const deadline = AbortSignal.timeout(deadlineMs);
    try {
      const answer = await currentDeadline.run(deadline, request);
      onCall(call, '200');
      return answer;
    } catch (error) {
      const isLate = deadline.aborted && !(error instanceof StytchError);
      const { status, failure } = explainer(call, isLate ? timedOut : error);
      onCall(call, status);
      throw failure;
    }
  };
}

const timedOut = Symbol('timed out');

/** Names the call, the status, Stytch's error type and request id; never its message or the request: both may be personal. */
export function explain(call: string, error: unknown): { status: string; failure: Error } {
  if (error instanceof AnswerTooLarge) return { status: 'too_large', failure: error };
  if (error === timedOut)
    return { status: 'timeout', failure: new TransientError(`Stytch ${call} did not answer in time.`) };
  // Anything else that is not Stytch's own error: no connection, a proxy's HTML, JSON of another shape.
  if (!(error instanceof StytchError) || typeof error.status_code !== 'number') {
    return {
      status: 'network',
      failure: new TransientError(`Stytch ${call} can't be reached or gave no usable answer.`),
    };
  }
  const status = String(error.status_code);
  const words = `Stytch ${call}: ${status} ${idOrNull(error.error_type) ?? ''} (${idOrNull(error.request_id) ?? ''})`;
  if (status === '429') return { status, failure: new RateLimited(words) };
  // Its HTTP status is documented nowhere (reference: the list of error types of Stytch's own browser SDK).
  if (error.error_type === 'search_timeout') return { status, failure: new TooMuchAtOnce(words) };
  // 401 and 403: the secret was changed or the project locked, which is mended in minutes, or alerts; so try again.
  if (error.status_code >= 500 || status === '401' || status === '403')
    return { status, failure: new TransientError(words) };
  const failure =
    error.error_type === 'organization_not_found' ? new OrganizationUnknown(words) : new PermanentError(words);
  return { status, failure };
}
