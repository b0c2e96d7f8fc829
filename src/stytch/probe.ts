import { StytchError } from 'stytch';
import { asRecord } from '../directory/json.js';
import { createClient, type StytchOptions } from './client.js';

/** The body of Stytch's answer, or the status and type of its refusal. Never its message, which may quote the request. */
export type ProbeAnswer = { body: Record<string, unknown> } | ProbeRefusal;
/** `status` 0: there was no usable answer. */
export type ProbeRefusal = { refusal: string; status: number };

export type ProbeSearch = { memberIds?: string[]; statuses?: string[]; limit?: number; cursor?: string };
/** The two forms of one session. */
export type ProbeSession = { session_token: string } | { session_jwt: string };
export type ProbePermission = { organization_id: string; resource_id: string; action: string };

/** The calls by which `doctor --probe` finds out what Stytch does not document. For test projects only. */
export type StytchProbe = {
  /** @param slug deletes it too, when the answer with its id was lost */
  createOrganization(slug: string): Promise<ProbeAnswer>;
  deleteOrganization(idOrSlug: string): Promise<ProbeAnswer>;
  createConnection(organizationId: string, fields: { display_name: string }): Promise<ProbeAnswer>;
  getConnection(organizationId: string): Promise<ProbeAnswer>;
  assignRole(organizationId: string, connectionId: string, groupId: string): Promise<ProbeAnswer>;
  startRotation(organizationId: string, connectionId: string): Promise<ProbeAnswer>;
  completeRotation(organizationId: string, connectionId: string): Promise<ProbeAnswer>;
  deleteConnection(organizationId: string, connectionId: string): Promise<ProbeAnswer>;
  /** `members.get`, which needs the organization. */
  getMember(organizationId: string, by: { member_id: string } | { email_address: string }): Promise<ProbeAnswer>;
  /** `dangerouslyGet`, which finds deleted members too. */
  getAnyMember(memberId: string): Promise<ProbeAnswer>;
  searchMembers(organizationId: string, search: ProbeSearch): Promise<ProbeAnswer>;
  /** Sets a password. Creates the member if there is none with this e-mail. */
  setPassword(organizationId: string, email: string, password: ScryptPassword): Promise<ProbeAnswer>;
  signIn(organizationId: string, email: string, password: string): Promise<ProbeAnswer>;
  authenticate(session: ProbeSession, permission?: ProbePermission): Promise<ProbeAnswer>;
  /** Ends all sessions of the member. */
  revokeSessions(memberId: string): Promise<ProbeAnswer>;
};

/** `hash` is base64, as Stytch expects for scrypt. */
export type ScryptPassword = { hash: string; salt: string; n: number; r: number; p: number; keyLength: number };

export function connectProbe(options: StytchOptions): StytchProbe {
  const { organizations, scim, passwords, sessions } = createClient(options);
  const at = (organization_id: string, connection_id: string) => ({ organization_id, connection_id });
  return {
    createOrganization: (slug) => answerOf(organizations.create({ organization_name: slug, organization_slug: slug })),
    deleteOrganization: (organization_id) => answerOf(organizations.delete({ organization_id })),
    createConnection: (organization_id, fields) => answerOf(scim.connection.create({ organization_id, ...fields })),
    getConnection: (organization_id) => answerOf(scim.connection.get({ organization_id })),
    assignRole: (organizationId, id, group_id) => {
      const assignment = { role_id: 'stytch_admin', group_id, group_name: '' };
      return answerOf(
        scim.connection.update({ ...at(organizationId, id), scim_group_implicit_role_assignments: [assignment] }),
      );
    },
    startRotation: (organizationId, id) => answerOf(scim.connection.rotateStart(at(organizationId, id))),
    completeRotation: (organizationId, id) => answerOf(scim.connection.rotateComplete(at(organizationId, id))),
    deleteConnection: (organizationId, id) => answerOf(scim.connection.delete(at(organizationId, id))),
    getMember: (organization_id, by) => answerOf(organizations.members.get({ organization_id, ...by })),
    getAnyMember: (member_id) => answerOf(organizations.members.dangerouslyGet({ member_id, include_deleted: true })),
    searchMembers: (organizationId, search) =>
      answerOf(organizations.members.search(searchRequest(organizationId, search))),
    setPassword: (organization_id, email_address, { hash, salt, n, r, p, keyLength }) => {
      const scrypt_config = { salt, n_parameter: n, r_parameter: r, p_parameter: p, key_length: keyLength };
      return answerOf(passwords.migrate({ organization_id, email_address, hash, hash_type: 'scrypt', scrypt_config }));
    },
    signIn: (organization_id, email_address, password) =>
      answerOf(passwords.authenticate({ organization_id, email_address, password })),
    authenticate: (session, permission) =>
      answerOf(
        sessions.authenticate({ ...session, ...(permission === undefined ? {} : { authorization_check: permission }) }),
      ),
    revokeSessions: (member_id) => answerOf(sessions.revoke({ member_id })),
  };
}

/** Without a filter there is no query, so Stytch applies its own default. */
function searchRequest(organizationId: string, { memberIds, statuses, limit, cursor }: ProbeSearch) {
  const operands = [
    ...(statuses === undefined ? [] : [{ filter_name: 'statuses' as const, filter_value: statuses }]),
    ...(memberIds === undefined ? [] : [{ filter_name: 'member_ids' as const, filter_value: memberIds }]),
  ];
  return {
    organization_ids: [organizationId],
    ...(limit === undefined ? {} : { limit }),
    ...(cursor === undefined ? {} : { cursor }),
    ...(operands.length === 0 ? {} : { query: { operator: 'AND' as const, operands } }),
  };
}

async function answerOf(request: Promise<unknown>): Promise<ProbeAnswer> {
  try {
    return { body: asRecord(await request) };
  } catch (error) {
    if (!(error instanceof StytchError) || typeof error.status_code !== 'number')
      return { refusal: 'no usable answer', status: 0 };
    return { refusal: `${error.status_code} ${error.error_type}`, status: error.status_code };
  }
}
