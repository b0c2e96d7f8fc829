import { StytchError } from 'stytch';
import { asRecord } from './directory/json.js';
import { createClient, type StytchOptions } from './stytch.js';

/** What Stytch answered: its body, or its refusal by status and type (never its message, which may quote what was sent). */
export type ProbeAnswer = { body: Record<string, unknown> } | { refusal: string };

/** The calls with which `doctor --probe` finds out what Stytch's documentation leaves open. For test projects only. */
export type StytchProbe = {
  createOrganization(name: string): Promise<ProbeAnswer>;
  deleteOrganization(organizationId: string): Promise<ProbeAnswer>;
  createConnection(organizationId: string, fields: { display_name: string }): Promise<ProbeAnswer>;
  getConnection(organizationId: string): Promise<ProbeAnswer>;
  getGroups(organizationId: string, connectionId: string): Promise<ProbeAnswer>;
  assignRole(organizationId: string, connectionId: string, groupId: string): Promise<ProbeAnswer>;
  startRotation(organizationId: string, connectionId: string): Promise<ProbeAnswer>;
  completeRotation(organizationId: string, connectionId: string): Promise<ProbeAnswer>;
  deleteConnection(organizationId: string, connectionId: string): Promise<ProbeAnswer>;
  /** members.get, which needs the organization. */
  getMember(organizationId: string, memberId: string): Promise<ProbeAnswer>;
  /** dangerouslyGet, deleted ones too. */
  getAnyMember(memberId: string): Promise<ProbeAnswer>;
  /** The members that search shows; null: without asking for any status. */
  searchMembers(organizationId: string, statuses: string[] | null): Promise<ProbeAnswer>;
};

export function connectProbe(options: StytchOptions): StytchProbe {
  const { organizations, scim } = createClient(options);
  const at = (organization_id: string, connection_id: string) => ({ organization_id, connection_id });
  return {
    createOrganization: (organization_name) => answerOf(organizations.create({ organization_name })),
    deleteOrganization: (organization_id) => answerOf(organizations.delete({ organization_id })),
    createConnection: (organization_id, fields) => answerOf(scim.connection.create({ organization_id, ...fields })),
    getConnection: (organization_id) => answerOf(scim.connection.get({ organization_id })),
    getGroups: (organizationId, id) => answerOf(scim.connection.getGroups(at(organizationId, id))),
    assignRole: (organizationId, id, group_id) => {
      const assignment = { role_id: 'stytch_admin', group_id, group_name: '' };
      return answerOf(
        scim.connection.update({ ...at(organizationId, id), scim_group_implicit_role_assignments: [assignment] }),
      );
    },
    startRotation: (organizationId, id) => answerOf(scim.connection.rotateStart(at(organizationId, id))),
    completeRotation: (organizationId, id) => answerOf(scim.connection.rotateComplete(at(organizationId, id))),
    deleteConnection: (organizationId, id) => answerOf(scim.connection.delete(at(organizationId, id))),
    getMember: (organization_id, member_id) => answerOf(organizations.members.get({ organization_id, member_id })),
    getAnyMember: (member_id) => answerOf(organizations.members.dangerouslyGet({ member_id, include_deleted: true })),
    searchMembers: (organizationId, statuses) => {
      const operands = statuses === null ? [] : [{ filter_name: 'statuses' as const, filter_value: statuses }];
      const query = operands.length === 0 ? {} : { query: { operator: 'AND' as const, operands } };
      return answerOf(organizations.members.search({ organization_ids: [organizationId], ...query }));
    },
  };
}

async function answerOf(request: Promise<unknown>): Promise<ProbeAnswer> {
  try {
    return { body: asRecord(await request) };
  } catch (error) {
    if (error instanceof StytchError) return { refusal: `${error.status_code} ${error.error_type}` };
    return { refusal: 'no usable answer' };
  }
}
