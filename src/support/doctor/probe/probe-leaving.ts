import { asRecord } from '../../../directory/json.js';
import { saysGone } from '../../../directory/member.js';
import { costly, failed, fine, harmful, type Measurement, type Seen } from './fact.js';
import { bodyOf, type Ground, type Person, text } from './ground.js';
import { lazily } from './lazily.js';
import { everybody } from './probe-joining.js';
import { patch, scimUser } from './scim-client.js';
import { type Lag, lagSeen, measureLag, type Shown, shownBy } from './search-lag.js';
import { until, waitedText } from './until.js';

/** People are deactivated, come back and are deleted: what does Stytch say of them, and how soon? */
export function leavingMeasurements(ground: Ground): Measurement[] {
  const deactivation = lazily(() => deactivate(ground));
  return [
    { question: 'get shows a deactivation', measure: async () => (await deactivation()).inGet },
    {
      question: 'search shows a deactivation',
      measure: async () => {
        const harm = 'a search may give access back to somebody who has left.';
        return lagSeen(await (await deactivation()).searchLag, ground.lagMaxMs, harm);
      },
    },
    {
      question: 'status after PATCH active=false',
      measure: async () => {
        const { leaver, status } = await deactivation();
        const member = await ground.member(leaver.memberId);
        const answer = `${status}, member ${statusOf(member)}`;
        return saysGone(member)
          ? fine(answer, 'Taken as: this person has left.')
          : harmful(answer, 'Not taken as a leaver: they keep their access. Tell the developers.');
      },
    },
    {
      question: 'members.get of a deactivated member',
      measure: async () => {
        const { leaver } = await deactivation();
        const answer = text(await ground.stytch.getMember(ground.organizationId, { member_id: leaver.memberId }));
        return fine(answer, 'Scanner asks dangerouslyGet, with include_deleted.');
      },
    },
    {
      question: 'search without statuses shows them',
      measure: async () => fine(await isFound(ground, await deactivation()), 'Scanner always names the statuses.'),
    },
    {
      question: 'search with status deleted shows them',
      measure: async () => {
        const answer = await isFound(ground, await deactivation(), ['deleted']);
        return answer === 'yes'
          ? fine(answer, 'A sweep sees who has left.')
          : costly(answer, 'A sweep does not see who has left: they count as missing, and many at once are held.');
      },
    },
    ...returningMeasurements(ground, async () => (await deactivation()).leaver),
  ];
}

/** In one order: each begins where the one before ended. */
function returningMeasurements(ground: Ground, leaverOf: () => Promise<Person>): Measurement[] {
  return [
    { question: 'active=true on an unverified member', measure: async () => reactivate(ground, await leaverOf()) },
    {
      question: 'status after SCIM DELETE',
      measure: async () => {
        const leaver = await leaverOf();
        const { status } = await (await ground.connection()).scim('DELETE', `/Users/${leaver.scimId}`);
        const member = await ground.member(leaver.memberId);
        const answer = `${status}, member ${statusOf(member)}`;
        return saysGone(member)
          ? fine(answer, 'Taken as: this person has left.')
          : harmful(answer, 'Not taken as a leaver: they keep their access. Tell the developers.');
      },
    },
    {
      question: 'POST of a user that was deleted',
      measure: async () => {
        const leaver = await leaverOf();
        const { scim } = await ground.connection();
        const again = await scim('POST', '/Users', scimUser(leaver.email, 'probe-one'));
        const same = again.body.id === leaver.scimId ? 'the same SCIM user' : 'another SCIM user';
        const old = statusOf(await ground.member(leaver.memberId));
        const meaning = 'Who comes back keeps their row: by the member id, else by the external id.';
        if (again.status < 300) return fine(`${again.status}, ${same}, old member ${old}`, meaning);
        return costly(`${again.status}, old member ${old}`, 'Who was deleted can not come back by this call.');
      },
    },
  ];
}

type Deactivation = { leaver: Person; status: number; inGet: Promise<Seen>; searchLag: Promise<Lag> };

/**
 * All at once: one alone may be lucky. The first of them is the leaver who is looked at more closely. Get and search are
 * asked at the same time, so that neither waits for the other before it is seen.
 */
async function deactivate(ground: Ground): Promise<Deactivation> {
  const people = await everybody(ground);
  const { scim } = await ground.connection();
  const ids = people.map(({ memberId }) => memberId);
  const before = await shownBy(ground, ids).catch(() => new Map());
  const sinceMs = performance.now();
  const inactive = patch({ op: 'replace', value: { active: false } });
  const answers = await Promise.all(people.map(({ scimId }) => scim('PATCH', `/Users/${scimId}`, inactive)));
  const refused = answers.find(({ status }) => status >= 300);
  if (refused !== undefined) failed(`PATCH /Users active=false was answered with ${refused.status}`);
  const [leaver] = people as [Person];
  const inGet = waitForGet(ground, ids, performance.now());
  const isGone = (member: Record<string, unknown> | undefined, id: string) =>
    member === undefined ? before.has(id) : saysGone(member); // whom search has not shown yet, nobody knows
  const isSo = (shown: Shown) => ids.every((id) => isGone(shown.get(id), id));
  const searchLag = measureLag(ground, ids, { sinceMs, isSo });
  for (const wait of [inGet, searchLag]) wait.catch(() => {}); // who asks for it is told
  return { leaver, status: answers[0]?.status ?? 0, inGet, searchLag };
}

/** Counted from the answer: what was answered before a direct read began has to be in it. */
async function waitForGet(ground: Ground, ids: string[], sinceMs: number): Promise<Seen> {
  const wait = { sinceMs, withinMs: ground.lagMaxMs, signal: ground.signal };
  const areGone = async () => (await Promise.all(ids.map(ground.member))).every(saysGone);
  const waited = await until(areGone, wait);
  const numbers = { seconds: waited?.seconds ?? null };
  if (waited?.asks === 1) return { ...fine('at once', 'A direct read is dated now.'), numbers };
  const answer = waitedText(waited, ground.lagMaxMs);
  const meaning =
    'A direct read is dated now, and is not: it may keep a leaver in until it is read again. Tell the developers.';
  return { ...harmful(answer, meaning), numbers };
}

async function isFound(ground: Ground, { leaver, searchLag }: Deactivation, statuses?: string[]): Promise<string> {
  if ((await searchLag).byId === null) failed('search does not show the deactivation yet');
  const search = { memberIds: [leaver.memberId], ...(statuses === undefined ? {} : { statuses }) };
  const { members } = bodyOf('members.search', await ground.stytch.searchMembers(ground.organizationId, search));
  return Array.isArray(members) && members.length > 0 ? 'yes' : 'no';
}

/** The IdP lets somebody in again: refused, the same member, or another one? */
async function reactivate(ground: Ground, leaver: Person): Promise<Seen> {
  const { stytch, organizationId, lagMaxMs: withinMs, signal } = ground;
  const { scim } = await ground.connection();
  const before = await ground.member(leaver.memberId);
  const verified = before.email_address_verified === true ? ' (but this one is verified)' : '';
  const { status } = await scim('PATCH', `/Users/${leaver.scimId}`, patch({ op: 'replace', value: { active: true } }));
  const old = async () => statusOf(await ground.member(leaver.memberId));
  if (status >= 300) {
    const meaning =
      "A rehire has no access until their e-mail is verified, or they are made anew: for Stytch's support.";
    return costly(`refused (${status})${verified}, the member stays ${await old()}`, meaning);
  }
  let activeId: string | null = null;
  const isBack = async () => {
    const now = await stytch.getMember(organizationId, { email_address: leaver.email });
    const member = 'body' in now ? asRecord(now.body.member) : {};
    activeId = typeof member.member_id === 'string' && !saysGone(member) ? member.member_id : null;
    return activeId !== null;
  };
  await until(isBack, { sinceMs: performance.now(), withinMs, signal });
  if (activeId === leaver.memberId)
    return fine(`${status}, the same member${verified}, ${await old()}`, 'A rehire gets the same row back.');
  if (activeId !== null) {
    const meaning = 'A rehire gets the same row back by the external id; without one, a row of their own.';
    return fine(`${status}, a new member id${verified}; the old member is ${await old()}`, meaning);
  }
  const meaning = 'A rehire has no access, though the identity provider was told otherwise. Tell Stytch.';
  return costly(`accepted (${status})${verified}, but the member stays ${await old()}`, meaning);
}

function statusOf(member: Record<string, unknown>): string {
  const { active } = asRecord(asRecord(member.scim_registration).scim_attributes);
  return `${member.status} (scim active: ${active === undefined ? 'missing' : active})`;
}
