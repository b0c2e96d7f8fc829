import express, { type Request, type RequestHandler, type Response } from 'express';
import { type ProblemCode, RequestProblem } from '../../errors/request-problem.js';
import { bodyBytesMax } from '../../http/body-bytes.js';
import { formWithoutNul } from '../../http/no-nul.js';
import { Refusal, type RefusalCode } from '../../http/refusal.js';
import { writeLimit } from '../../http/write-limit.js';
import type { SignedIn } from '../../stytch/people.js';
import type { AuthorizeSupport } from './authorize.js';

export type Handler = (person: SignedIn, request: Request, response: Response) => unknown;
/** What stands before each handler of the console. */
export type Behind = (handler: Handler) => RequestHandler[];

/** A dry run asks Stytch, an act changes something: nobody clicks that often. */
const writesPerMinute = 60;
/** The longest form ticks a page of 50 jobs. Each field costs time to read, so the default of 1,000 is more than we need. */
const fieldsMax = 500;
const form = express.urlencoded({
  extended: false,
  limit: bodyBytesMax,
  parameterLimit: fieldsMax,
  ...formWithoutNul,
});

export function behindDoor(door: AuthorizeSupport): Behind {
  const people = new WeakMap<Request, SignedIn>();
  const personOf = (request: Request) => {
    const person = people.get(request);
    if (person === undefined) throw new Error('Nobody was let in');
    return person;
  };
  const limit = writeLimit(writesPerMinute, (request) => personOf(request).memberId);
  return (handler) => [
    async (request, _response, next) => {
      people.set(request, await door(request));
      next();
    },
    limit,
    form,
    async (request, response) => {
      try {
        await handler(personOf(request), request, response);
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
