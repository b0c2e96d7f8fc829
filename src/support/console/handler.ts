import express, { type Request, type RequestHandler, type Response } from 'express';
import type { SignedIn } from '../../stytch-people.js';
import { bodyBytesMax } from '../../web/body-bytes.js';
import { formWithoutNul } from '../../web/no-nul.js';
import { Refusal, type RefusalCode } from '../../web/refusal.js';
import { writeLimit } from '../../web/write-limit.js';
import { type ProblemCode, SupportProblem } from '../problem.js';
import type { Door } from './door.js';

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

export function behindDoor(door: Door): Behind {
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
        throw error instanceof SupportProblem ? refusalOf(error) : error;
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

function refusalOf({ code, message }: SupportProblem): Refusal {
  return new Refusal(codes[code], message);
}
