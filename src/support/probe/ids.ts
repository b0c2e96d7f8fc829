import { asArray, asRecord } from '../../directory/json.js';
import type { Ground } from './ground.js';

/** The member that Stytch made of a SCIM user: its id may or may not be the SCIM user's, so it is looked for by e-mail. */
export async function memberIdOf({ stytch, organizationId }: Ground, email: string): Promise<string | null> {
  const answer = await stytch.searchMembers(organizationId, ['active', 'pending', 'invited', 'deleted']);
  const members = 'body' in answer ? asArray(answer.body.members).map(asRecord) : [];
  const found = members.find(({ email_address }) => email_address === email)?.member_id;
  return typeof found === 'string' ? found : null;
}

/** Whether search shows the member. */
export async function isShown(ground: Ground, memberId: string, statuses: string[] | null): Promise<boolean> {
  const answer = await ground.stytch.searchMembers(ground.organizationId, statuses);
  const members = 'body' in answer ? asArray(answer.body.members).map(asRecord) : [];
  return members.some(({ member_id }) => member_id === memberId);
}
