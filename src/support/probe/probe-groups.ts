import { asArray, asRecord } from '../../directory/json.js';
import type { Fact, Ground } from './ground.js';
import { memberIdOf } from './ids.js';
import { patch, scimGroup, scimUser } from './scim-client.js';

/** Roles and groups: where do they show, and in what form? */
export async function probeGroups(ground: Ground): Promise<{ facts: Fact[]; members: string[] }> {
  const { scim } = ground;
  const email = ground.email('grouped');
  const asText = JSON.stringify({ id: 'x', value: 'probe_role', displayName: 'Probe role' });
  const roles = [{ value: asText, primary: false, type: 'WindowsAzureActiveDirectoryRole' }];
  const created = await scim('POST', '/Users', scimUser(email, 'probe-grouped', { roles }));
  const memberId = await memberIdOf(ground, email);
  if (memberId === null) return { facts: [], members: [] };
  const scimId = String(created.body.id);
  const group = await scim('POST', '/Groups', scimGroup('probe_group', [scimId]));
  const inGroup = await attributesOf(ground, memberId);
  const removal = patch({ op: 'remove', path: `members[value eq "${scimId}"]` });
  const removed = await scim('PATCH', `/Groups/${group.body.id}`, removal);
  const outOfGroup = await attributesOf(ground, memberId);
  return {
    facts: [
      { question: 'a role whose value is the text of JSON', answer: roleForm(inGroup.roles) },
      { question: 'a group shows in scim_attributes.groups', answer: `${group.status}, ${names(inGroup.groups)}` },
      { question: 'after leaving the group', answer: `${removed.status}, ${names(outOfGroup.groups)}` },
    ],
    members: [memberId],
  };
}

async function attributesOf(ground: Ground, memberId: string): Promise<Record<string, unknown>> {
  return asRecord(asRecord((await ground.member(memberId)).scim_registration).scim_attributes);
}

function roleForm(roles: unknown): string {
  const value = asRecord(asArray(roles)[0]).value;
  if (typeof value !== 'string') return 'no roles come back';
  return value.trimStart().startsWith('{') ? 'comes back as the text of JSON' : `comes back unwrapped: ${value}`;
}

function names(groups: unknown): string {
  const found = asArray(groups).map((group) => String(asRecord(group).display));
  return found.length === 0 ? 'no groups' : found.join(', ');
}
