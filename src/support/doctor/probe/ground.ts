import { randomUUID } from 'node:crypto';
import { asRecord } from '../../../directory/json.js';
import type { ProbeAnswer, StytchProbe } from '../../../stytch/probe.js';
import { failed } from './fact.js';
import { lazily } from './lazily.js';
import { type ScimClient, scimClient, scimUser } from './scim-client.js';
import { until } from './until.js';

/** The probe's own organization. Things in it are made when they are first needed. */
export type Ground = {
  stytch: StytchProbe;
  organizationId: string;
  signal: AbortSignal;
  /** How long to wait for search, and for anything else that may lag. */
  lagMaxMs: number;
  /** Its SCIM connection. */
  connection(): Promise<Connection>;
  /** A person whom the identity provider sends. The same name is the same person. */
  person(who: string): Promise<Person>;
  /** An e-mail address that nobody has. */
  email(who: string): string;
  /** The member as a direct read shows them. */
  member(memberId: string): Promise<Record<string, unknown>>;
  /** The ids of all members so far. */
  memberIds(): string[];
};

/** `scim` has the bearer token that is valid now. */
export type Connection = {
  id: string;
  baseUrl: string;
  token: string;
  made: Record<string, unknown>;
  scim: ScimClient;
};
/** `sinceMs`: when the person was provisioned, as performance.now(). */
export type Person = { email: string; scimId: string; memberId: string; sinceMs: number };

export function groundIn(
  organizationId: string,
  { stytch, signal, lagMaxMs }: Pick<Ground, 'stytch' | 'signal' | 'lagMaxMs'>,
): Ground {
  const run = randomUUID().slice(0, 8);
  const people = new Map<string, () => Promise<Person>>();
  const memberIds: string[] = [];
  const ground: Ground = {
    ...{ stytch, organizationId, signal, lagMaxMs },
    connection: lazily(() => connect(ground)),
    person: (who) => {
      const known = people.get(who) ?? lazily(() => provision(ground, who, memberIds));
      people.set(who, known);
      return known();
    },
    email: (who) => `probe-${run}-${who}@example.com`,
    member: async (memberId) => asRecord(bodyOf('members.dangerouslyGet', await stytch.getAnyMember(memberId)).member),
    memberIds: () => memberIds,
  };
  return ground;
}

async function connect({ stytch, organizationId }: Ground): Promise<Connection> {
  const made = bodyOf(
    'scim.connection.create',
    await stytch.createConnection(organizationId, { display_name: 'Probe' }),
  );
  const { connection_id, base_url, bearer_token } = asRecord(made.connection);
  const [id, baseUrl, token] = [connection_id, base_url, bearer_token].map(String) as [string, string, string];
  return { id, baseUrl, token, made, scim: scimClient(baseUrl, token) };
}

/** The member's id may differ from the SCIM user's, so the member is found by e-mail; not by search, which may lag. */
async function provision(ground: Ground, who: string, memberIds: string[]): Promise<Person> {
  const { stytch, organizationId, lagMaxMs: withinMs, signal } = ground;
  const { scim } = await ground.connection();
  const email = ground.email(who);
  const sinceMs = performance.now();
  const created = await scim('POST', '/Users', scimUser(email, `probe-${who}`));
  if (created.status >= 300) failed(`POST /Users was answered with ${created.status}`);
  let memberId = '';
  const appears = async () => {
    const answer = await stytch.getMember(organizationId, { email_address: email });
    memberId = 'body' in answer ? String(asRecord(answer.body.member).member_id) : '';
    return memberId !== '';
  };
  if ((await until(appears, { sinceMs, withinMs, signal })) === null)
    failed(`no member appears in ${withinMs / 1000} s after POST /Users`);
  memberIds.push(memberId);
  return { email, memberId, scimId: String(created.body.id), sinceMs };
}

/** An answer in a few words: `200`, `404 member_not_found`. */
export function text(answer: ProbeAnswer): string {
  return 'refusal' in answer ? answer.refusal : `${answer.body.status_code}`;
}

/** @throws RequestProblem that names the refusal */
export function bodyOf(call: string, answer: ProbeAnswer): Record<string, unknown> {
  return 'body' in answer ? answer.body : failed(`${call} was answered with ${answer.refusal}`);
}
