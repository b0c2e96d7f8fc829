import type { Response } from 'express';

/** Why a webhook request is rejected. */
export type Rejection =
  | 'too_large'
  | 'overloaded'
  | 'missing_headers'
  | 'stale'
  | 'bad_signature'
  | 'not_an_event'
  | 'other_project'
  | 'queue_unavailable';

/** The security headers that matter to a program. All headers of the pages would make the receiver slower. */
export const headersForPrograms = {
  'Content-Type': 'application/json; charset=utf-8',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Cache-Control': 'no-store',
};

/** Answers with the reason, and with what to do. */
export function reject(response: Response, reason: Rejection, message = answers[reason].message): void {
  refuse(response, answers[reason].status, reason, message);
}

export function refuse(response: Response, status: number, code: string, message: string): void {
  const body = JSON.stringify({ error: { code, message } });
  response.writeHead(status, { ...headersForPrograms, 'Content-Length': Buffer.byteLength(body) }).end(body);
}

const answers: Record<Rejection, { status: number; message: string }> = {
  too_large: {
    status: 413,
    message: 'The body is larger than 1 MiB, the most that Svix sends. Send the event itself.',
  },
  overloaded: {
    status: 503,
    message: 'Too many request bodies are being received now. Send the event again; Svix does so by itself.',
  },
  missing_headers: {
    status: 401,
    message:
      'The signature headers (svix-id, svix-timestamp, svix-signature) are missing. Send the event through Svix.',
  },
  stale: {
    status: 401,
    message:
      'The signature is more than 5 minutes old, or from the future. Check both clocks; resend the event from Svix.',
  },
  bad_signature: {
    status: 401,
    message:
      "No configured secret made this signature. Compare STYTCH_WEBHOOK_SECRETS with the endpoint's secret in the Stytch dashboard.",
  },
  not_an_event: { status: 400, message: 'The body is signed but is not a Stytch event.' },
  other_project: {
    status: 403,
    message: "The event belongs to another Stytch project. Point that project's webhook endpoint at its own Scanner.",
  },
  queue_unavailable: {
    status: 503,
    message: 'The queue can not take the event now. Send it again; Svix does so by itself.',
  },
};
