import express, { type Request, type RequestHandler } from 'express';
import type { VNode } from 'preact';
import type { Act } from '../../database/audit.js';
import { type ProblemCode, RequestProblem } from '../../errors/request-problem.js';
import { bodyBytesMax } from '../../http/body-bytes.js';
import { formWithoutNul } from '../../http/no-nul.js';
import { Refusal, type RefusalCode } from '../../http/refusal.js';
import { writeLimit } from '../../http/write-limit.js';
import type { Permission, SignedIn } from '../../stytch/people.js';
import type { SupportParts } from '../parts.js';
import { requireAct } from '../require-act.js';
import type { AuthorizeSupport } from './authorize.js';
import { field } from './form.js';
import type { SupportTab } from './frame.js';

/** An authorized request. */
export type Asked = {
  query: unknown;
  body: unknown;
  /** `:id` of the path. */
  id: string;
  /** The actor and the reason of a form that changes something. @throws RequestProblem */
  act(): ReturnType<typeof requireAct>;
  /** Whom read_log names. */
  reader: Act;
};

/** A page in its frame, a part of a page that reloads, a file, or the next page. */
export type Answer =
  | { tab: SupportTab; title: string; page: VNode; status?: number }
  | { part: VNode }
  | { csv: AsyncIterable<string>; name: string }
  | { redirect: string };

export type Handler = (parts: SupportParts, asked: Asked) => Promise<Answer>;

/** A dry run asks Stytch, an act changes something: nobody clicks that often. */
const writesPerMinute = 60;
/** The longest form ticks a page of 50 jobs. Each field costs time to read, so Express's 1,000 is more than we need. */
const fieldsMax = 500;
const form = express.urlencoded({
  extended: false,
  limit: bodyBytesMax,
  parameterLimit: fieldsMax,
  ...formWithoutNul,
});

export type Send = (response: express.Response, person: SignedIn, answer: Answer) => void | Promise<void>;

/** Makes Express handlers of a handler of the console: who it is comes first, the form is read last. */
export function supportHandlers(authorize: AuthorizeSupport, parts: SupportParts, send: Send) {
  const people = new WeakMap<Request, SignedIn>();
  const personOf = (request: Request) => {
    const person = people.get(request);
    if (person === undefined) throw new Error('The request was not authorized');
    return person;
  };
  const limit = writeLimit(writesPerMinute, (request) => personOf(request).memberId);
  return (permission: readonly Permission[], handler: Handler): RequestHandler[] => [
    async (request, _response, next) => {
      people.set(request, await authorize(request, permission));
      next();
    },
    limit,
    form,
    async (request, response) => {
      const person = personOf(request);
      const { query, body, params } = request;
      const act = () => requireAct({ actor: person.email, reason: field(body, 'reason') });
      const reader = { actor: person.email };
      try {
        await send(response, person, await handler(parts, { query, body, id: String(params.id), act, reader }));
      } catch (error) {
        throw error instanceof RequestProblem ? refusalOf(error) : error;
      }
    },
  ];
}

const codes: Record<ProblemCode, RefusalCode> = {
  usage: 'bad_input',
  not_found: 'not_found',
  ambiguous: 'bad_input',
  conflict: 'changed_meanwhile',
  unavailable: 'unavailable',
  broken_chain: 'bad_input',
};

function refusalOf({ code, message }: RequestProblem): Refusal {
  return new Refusal(codes[code], message);
}
