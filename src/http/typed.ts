import express, { type Request, type Response } from 'express';
import { bodyBytesMax } from './body-bytes.js';
import { formWithoutNul } from './no-nul.js';
import { isSameOrigin } from './same-origin.js';

/** What somebody typed into a form: name and value of each field, in order. */
export type Typed = readonly (readonly [name: string, value: string])[];

const parse = express.urlencoded({ extended: false, limit: bodyBytesMax, ...formWithoutNul });

/**
 * The form that a failed request has sent, so that its error page can send it again. Null when it is not a form of ours. A form
 * of another site is never repeated: one click would do there what the check of the origin prevents.
 */
export async function typedIn(
  request: Request,
  response: Response,
  publicUrl: string | undefined,
): Promise<Typed | null> {
  if (request.method !== 'POST' || !request.is('application/x-www-form-urlencoded')) return null;
  if (!isSameOrigin(request, publicUrl)) return null;
  if (request.body === undefined && !(await wasRead(request, response))) return null;
  const body: Record<string, unknown> = request.body ?? {};
  return Object.entries(body).flatMap(([name, value]) => [value].flat().map((one) => [name, String(one)] as const));
}

/** False when the body is too large, cut off or no form. */
function wasRead(request: Request, response: Response): Promise<boolean> {
  return new Promise((resolve) => parse(request, response, (error?: unknown) => resolve(error === undefined)));
}
