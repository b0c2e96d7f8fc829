import type { Request, Response } from 'express';
import { createContext } from 'preact';

/** The links around every page. Null: there is none. */
export type FrameLinks = {
  /** Where people sign in to Scanner. */
  signIn: string | null;
  /** The form that signs out is sent there. */
  signOut: string | null;
  /** A page that explains, and says what to tell Scanner support. */
  help: string | null;
  /** Scanner support: a web address, or `mailto:`. */
  support: string | null;
};

const noLinks: FrameLinks = { signIn: null, signOut: null, help: null, support: null };

export const FrameContext = createContext<FrameLinks>(noLinks);

export function setFrame(response: Response, links: FrameLinks): void {
  response.locals.frame = links;
}

export function frameOf(response: Response): FrameLinks {
  return (response.locals.frame as FrameLinks | undefined) ?? noLinks;
}

const people = new WeakMap<Request, string>();

/** Remembers the e-mail of the person who is signed in, so that an error page can show it. */
export function rememberPerson(request: Request, email: string): void {
  people.set(request, email);
}

export function personOf(request: Request): string | null {
  return people.get(request) ?? null;
}
