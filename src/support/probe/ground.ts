import { randomUUID } from 'node:crypto';
import { asRecord } from '../../directory/json.js';
import type { ProbeAnswer, StytchProbe } from '../../stytch-probe.js';
import { SupportProblem } from '../problem.js';
import { type ScimClient, scimClient } from './scim-client.js';

/** Something that Stytch's documentation leaves open, and what this project was seen to do. */
export type Fact = { question: string; answer: string };

/** An organization made for the probe, and its SCIM connection. */
export type Ground = {
  stytch: StytchProbe;
  scim: ScimClient;
  organizationId: string;
  connectionId: string;
  baseUrl: string;
  /** The bearer token it was made with. */
  token: string;
  /** An e-mail address nobody has. */
  email(who: string): string;
  member(memberId: string): Promise<Record<string, unknown>>;
};

/** @throws SupportProblem when Stytch made no connection */
export function groundOf(stytch: StytchProbe, organizationId: string, made: ProbeAnswer): Ground {
  const connectionId = idIn(made, 'connection', 'connection_id');
  const { base_url, bearer_token } = 'body' in made ? asRecord(made.body.connection) : {};
  const [baseUrl, token] = [String(base_url), String(bearer_token)];
  const run = randomUUID().slice(0, 8);
  return {
    ...{ stytch, organizationId, connectionId, baseUrl, token, scim: scimClient(baseUrl, token) },
    email: (who) => `probe-${run}-${who}@example.com`,
    member: async (memberId) => {
      const answer = await stytch.getAnyMember(memberId);
      return 'body' in answer ? asRecord(answer.body.member) : { status: answer.refusal };
    },
  };
}

/** What an answer was, in a few words. */
export function text(answer: ProbeAnswer): string {
  return 'refusal' in answer ? answer.refusal : `${answer.body.status_code}`;
}

/** @throws SupportProblem when it is not there */
export function idIn(answer: ProbeAnswer, part: string, key: string): string {
  const id = 'body' in answer ? asRecord(answer.body[part])[key] : undefined;
  if (typeof id === 'string') return id;
  throw new SupportProblem('unavailable', `Stytch made no ${part}: ${text(answer)}. Run doctor without --probe first.`);
}
