import { pluralize } from '../../text/pluralize.js';
import { type ProviderId, providers } from '../connection/providers.js';

/** Signs in our rows of a wrong setting in the identity provider. */
export type MisconfigurationSigns = {
  /** Examples of role values that look like JSON. */
  jsonValues: readonly string[];
  /** People who got another role after they joined, and how often a person who stayed lost one. */
  peopleWithAddedRoles: number;
  rolesTakenAway: number;
  /** Examples of e-mails that are not addresses. */
  oddEmails: readonly string[];
  /** User names, of the few members that were read, that are not e-mail addresses. */
  oddUserNames: readonly string[];
  /** Examples of external ids that several active people share, with their e-mails. */
  sharedExternalIds: readonly { externalId: string; emails: readonly string[] }[];
};

export type Misconfiguration = { id: MisconfigurationId; title: string; seen: string; cure: string };
export type MisconfigurationId = 'json_role_values' | 'roles_only_added' | 'user_name_not_email' | 'shared_external_id';

/** Fewer may be chance. */
const addedRolesMin = 2;

/** Each misconfiguration that the signs show, with its cure. Pure. */
export function misconfigurations(seen: MisconfigurationSigns, provider: ProviderId): Misconfiguration[] {
  return [
    jsonRoleValues(seen),
    rolesOnlyAdded(seen, provider),
    userNameNotEmail(seen),
    sharedExternalId(seen, provider),
  ].filter((one) => one !== null);
}

function jsonRoleValues({ jsonValues }: MisconfigurationSigns): Misconfiguration | null {
  if (jsonValues.length === 0) return null;
  return {
    id: 'json_role_values',
    title: 'Role names look like JSON',
    seen: `Your identity provider sends ${listed(jsonValues)} as the name of a role.`,
    cure: 'In Entra map `roles` with the expression `AssertiveAppRoleAssignmentsComplex([appRoleAssignments])`, and check that the Tenant URL ends with `?aadOptscim062020`.',
  };
}

function rolesOnlyAdded(
  { peopleWithAddedRoles, rolesTakenAway }: MisconfigurationSigns,
  provider: ProviderId,
): Misconfiguration | null {
  if (peopleWithAddedRoles < addedRolesMin || rolesTakenAway > 0) return null;
  const cure =
    provider === 'microsoft-entra'
      ? 'If the mapping of `roles` says `AppRoleAssignmentsComplex`, change it to `AssertiveAppRoleAssignmentsComplex([appRoleAssignments])`. The first one never removes a role.'
      : 'Remove a role from a test account in your identity provider. If it stays on Roles here, find the setting that only adds roles, and choose the one that replaces them.';
  return {
    id: 'roles_only_added',
    title: 'Roles are added but never removed',
    seen: `${pluralize(peopleWithAddedRoles, 'person', 'people')} got additional roles, but nobody who stayed has lost one.`,
    cure,
  };
}

function userNameNotEmail({ oddEmails, oddUserNames }: MisconfigurationSigns): Misconfiguration | null {
  const odd = [...oddUserNames, ...oddEmails];
  if (odd.length === 0) return null;
  return {
    id: 'user_name_not_email',
    title: 'userName is not an e-mail address',
    seen: `Your identity provider sends ${listed(odd)} as userName.`,
    cure: 'Map `userName` to the e-mail address by which people sign in to Scanner. Otherwise the same person can exist twice.',
  };
}

function sharedExternalId({ sharedExternalIds }: MisconfigurationSigns, provider: ProviderId): Misconfiguration | null {
  const [first] = sharedExternalIds;
  if (first === undefined) return null;
  const cure =
    provider === 'microsoft-entra'
      ? 'Map `externalId` to `objectId` instead of `mailNickname`, then restart provisioning.'
      : `Map \`externalId\` in ${providers[provider].name} to an id that is unique and never changes.`;
  return {
    id: 'shared_external_id',
    title: 'Two people share an external id',
    seen: `${listed(first.emails)} are both sent as “${first.externalId}”.`,
    cure,
  };
}

function listed(items: readonly string[]): string {
  const shown = items.slice(0, 3).map((item) => `“${item}”`);
  const more = items.length > 3 ? [`${items.length - 3} more`] : [];
  const all = [...shown, ...more];
  return all.length < 2 ? String(all[0]) : `${all.slice(0, -1).join(', ')} and ${all.at(-1)}`;
}
