import { asRecord } from '../../directory/json.js';
import { type Fact, type Ground, text } from './ground.js';
import { isShown, memberIdOf } from './ids.js';
import { patch, scimUser } from './scim-client.js';

/** Somebody is provisioned, deactivated, deleted, and comes back: what does Stytch say of them? */
export async function probeLeaving(ground: Ground): Promise<{ facts: Fact[]; members: string[] }> {
  const { scim, stytch, organizationId } = ground;
  const email = ground.email('leaver');
  const created = await scim('POST', '/Users', scimUser(email, 'probe-leaver'));
  const scimId = String(created.body.id);
  const memberId = await memberIdOf(ground, email);
  if (memberId === null) {
    return {
      facts: [{ question: 'provision a user by SCIM', answer: `${created.status}, and no member appears` }],
      members: [],
    };
  }
  const facts: Fact[] = await provisioned(ground, memberId, scimId);
  const deactivate = patch({ op: 'replace', value: { active: false } });
  const deactivated = await scim('PATCH', `/Users/${scimId}`, deactivate);
  const gone = await ground.member(memberId);
  facts.push(
    { question: 'status after PATCH active=false', answer: `${deactivated.status}, member ${statusOf(gone)}` },
    { question: 'members.get of a deactivated member', answer: text(await stytch.getMember(organizationId, memberId)) },
    { question: 'search without statuses shows them', answer: yes(await isShown(ground, memberId, null)) },
    { question: 'search with status deleted shows them', answer: yes(await isShown(ground, memberId, ['deleted'])) },
  );
  const reactivated = await scim('PATCH', `/Users/${scimId}`, patch({ op: 'replace', value: { active: true } }));
  facts.push({
    question: 'status after PATCH active=true',
    answer: `${reactivated.status}, member ${statusOf(await ground.member(memberId))}`,
  });
  const deleted = await scim('DELETE', `/Users/${scimId}`);
  facts.push({
    question: 'status after SCIM DELETE',
    answer: `${deleted.status}, member ${statusOf(await ground.member(memberId))}`,
  });
  const again = await scim('POST', '/Users', scimUser(email, 'probe-leaver'));
  const sameId = again.body.id === scimId;
  facts.push({
    question: 'POST of a user that was deleted',
    answer: `${again.status}, ${sameId ? 'the same SCIM user' : 'another SCIM user'}, old member ${statusOf(await ground.member(memberId))}`,
  });
  return { facts, members: [memberId] };
}

async function provisioned(ground: Ground, memberId: string, scimId: string): Promise<Fact[]> {
  const member = await ground.member(memberId);
  const registration = asRecord(member.scim_registration);
  return [
    {
      question: 'a member that SCIM made',
      answer: `${statusOf(member)}, e-mail verified: ${member.email_address_verified}`,
    },
    { question: 'the SCIM id is the member id', answer: yes(scimId === memberId) },
    { question: 'form of registration_id', answer: shapeOf(registration.registration_id) },
  ];
}

function statusOf(member: Record<string, unknown>): string {
  const { active } = asRecord(asRecord(member.scim_registration).scim_attributes);
  return `${member.status} (scim active: ${active === undefined ? 'missing' : active})`;
}

/** `scim-registration-test-<uuid>`: a form, never the value. */
function shapeOf(id: unknown): string {
  return String(id).replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi, '<uuid>');
}

function yes(is: boolean): string {
  return is ? 'yes' : 'no';
}
