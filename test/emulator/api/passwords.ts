/** The calls of `passwords` with which somebody gets a session without a mailbox: migrate (scrypt only), authenticate. */
import { scryptSync } from 'node:crypto';
import * as z from 'zod';
import { memberOf, organizationOf } from '../directory/find.js';
import { memberView } from '../directory/member-view.js';
import { createMember, save } from '../directory/members.js';
import { organizationView } from '../directory/organization-view.js';
import { apiError } from '../errors.js';
import { createSessions } from '../sessions/sessions.js';
import type { World } from '../world.js';
import { type ApiCall, defineCall } from './call.js';

const scrypt = z.strictObject({
  salt: z.string(),
  n_parameter: z.number(),
  r_parameter: z.number(),
  p_parameter: z.number(),
  key_length: z.number(),
});
type Password = { readonly hash: string; readonly config: z.infer<typeof scrypt> };

/** By member id. No state file keeps them: nobody signs in twice. */
const passwords = new WeakMap<World, Map<string, Password>>();

const migrate = defineCall({
  name: 'passwords.migrate',
  method: 'post',
  path: '/v1/b2b/passwords/migrate',
  input: z.strictObject({
    organization_id: z.string(),
    email_address: z.string(),
    hash: z.string(),
    hash_type: z.literal('scrypt'),
    scrypt_config: scrypt,
  }),
  handle(world, { organization_id, email_address, hash, scrypt_config }) {
    const { organization_id: id } = organizationOf(world, organization_id);
    const known = world.store.members.byEmail(id, email_address);
    const member = known ?? createMember(world, id, { email_address }, 'DIRECT');
    // "The Member's email will be marked as verified when you use this endpoint."
    const verified = save(world, { ...member, email_address_verified: true }, 'DIRECT', 'UPDATE');
    const all = passwords.get(world) ?? new Map<string, Password>();
    passwords.set(world, all.set(member.member_id, { hash, config: scrypt_config }));
    return { ...withOrganization(world, verified.member_id), member_created: known === undefined };
  },
});

const authenticate = defineCall({
  name: 'passwords.authenticate',
  method: 'post',
  path: '/v1/b2b/passwords/authenticate',
  input: z.strictObject({ organization_id: z.string(), email_address: z.string(), password: z.string() }),
  async handle(world, { organization_id, email_address, password }) {
    const { organization_id: id } = organizationOf(world, organization_id);
    const memberId = world.store.members.byEmail(id, email_address)?.member_id ?? '';
    const known = passwords.get(world)?.get(memberId);
    if (known === undefined || !fits(password, known)) throw apiError('unauthorized_credentials');
    const { session_token, session_jwt } = await createSessions(world).mint({ memberId });
    return {
      ...withOrganization(world, memberId),
      ...{ session_token, session_jwt, intermediate_session_token: '', member_authenticated: true },
    };
  },
});

export const passwordCalls: readonly ApiCall[] = [migrate, authenticate];

function fits(password: string, { hash, config }: Password): boolean {
  const { salt, n_parameter: N, r_parameter: r, p_parameter: p, key_length } = config;
  return scryptSync(password, salt, key_length, { N, r, p }).toString('base64') === hash;
}

function withOrganization(world: World, memberId: string) {
  const member = memberOf(world, memberId);
  return {
    member_id: memberId,
    organization_id: member.organization_id,
    member: memberView(world, member),
    organization: organizationView(world, organizationOf(world, member.organization_id)),
  };
}
