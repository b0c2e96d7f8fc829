import { asRecord } from '../../../directory/json.js';
import { saysGone } from '../../../directory/member.js';
import { question } from '../question.js';
import { anyIsFine, costly, failed, fine, fineIf, harmful, type Measurement, type Seen } from './fact.js';
import { bodyOf, type Ground, type Person, text } from './ground.js';
import { lazily } from './lazily.js';
import { everybody } from './probe-joining.js';
import { patch, scimUser } from './scim-client.js';
import { type Lag, lagSeen, measureLag, type Shown, shownBy } from './search-lag.js';
import { until, type Waited, waitedText } from './until.js';

/** What Stytch says about members who are deactivated, return and are deleted, and how soon. */
export function leavingMeasurements(ground: Ground): Measurement[] {
  const deactivation = lazily(() => deactivate(ground));
  const leaverOf = async () => (await deactivation()).leaver;
  const getWaited = async () => (await deactivation()).inGet;
  const searchLag = async () => (await deactivation()).searchLag;
  return [
    question('get shows a deactivation', getWaited, (waited) => getSeen(waited, ground.lagMaxMs)),
    question('search shows a deactivation', searchLag, (lag) =>
      lagSeen(lag, ground.lagMaxMs, 'a search may give access back to somebody who has left.'),
    ),
    question(
      'status after PATCH active=false',
      async () => {
        const { leaver, status } = await deactivation();
        return { status, member: await ground.member(leaver.memberId) };
      },
      leaverSeen,
    ),
    question(
      'members.get of a deactivated member',
      async () =>
        text(await ground.stytch.getMember(ground.organizationId, { member_id: (await leaverOf()).memberId })),
      anyIsFine('Scanner asks dangerouslyGet, with include_deleted.'),
    ),
    question(
      'search without statuses shows them',
      async () => isFound(ground, await deactivation()),
      anyIsFine('Scanner always names the statuses.'),
    ),
    question(
      'search with status deleted shows them',
      async () => isFound(ground, await deactivation(), ['deleted']),
      fineIf(/^yes$/, 'A sweep sees who has left.', {
        costly: 'A sweep does not see who has left: they count as missing, and many at once are held.',
      }),
    ),
    ...returningMeasurements(ground, leaverOf),
  ];
}

/** In this order: each begins where the one before ended. */
function returningMeasurements(ground: Ground, leaverOf: () => Promise<Person>): Measurement[] {
  return [
    question('active=true on an unverified member', async () => reactivate(ground, await leaverOf()), returnSeen),
    question(
      'status after SCIM DELETE',
      async () => {
        const leaver = await leaverOf();
        const { status } = await (await ground.connection()).scim('DELETE', `/Users/${leaver.scimId}`);
        return { status, member: await ground.member(leaver.memberId) };
      },
      leaverSeen,
    ),
    question(
      'POST of a user that was deleted',
      async () => {
        const leaver = await leaverOf();
        const { scim } = await ground.connection();
        const { status, body } = await scim('POST', '/Users', scimUser(leaver.email, 'probe-one'));
        return { status, isSame: body.id === leaver.scimId, old: statusOf(await ground.member(leaver.memberId)) };
      },
      ({ status, isSame, old }) =>
        status < 300
          ? fine(
              `${status}, ${isSame ? 'the same SCIM user' : 'another SCIM user'}, old member ${old}`,
              'A person who returns keeps their row: by the member id, else by the external id.',
            )
          : costly(`${status}, old member ${old}`, 'A person who was deleted can not return by this call.'),
    ),
  ];
}

/** After a call that should make the member a leaver. */
function leaverSeen({ status, member }: { status: number; member: Record<string, unknown> }): Seen {
  const answer = `${status}, member ${statusOf(member)}`;
  return saysGone(member)
    ? fine(answer, 'It means: this person has left.')
    : harmful(answer, 'Scanner does not see a leaver: they keep their access. Tell the developers.');
}

type Deactivation = { leaver: Person; status: number; inGet: Promise<Waited | null>; searchLag: Promise<Lag> };

/**
 * Deactivates several at once, because a single one may be lucky. The first of them is the leaver of the later questions.
 * Get and search are asked at the same time, so that neither waits for the other.
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
  // From the answer on: a direct read that begins after it has to show the change.
  const wait = { sinceMs: performance.now(), withinMs: ground.lagMaxMs, signal: ground.signal };
  const inGet = until(async () => (await Promise.all(ids.map(ground.member))).every(saysGone), wait);
  const isGone = (member: Record<string, unknown> | undefined, id: string) =>
    member === undefined ? before.has(id) : saysGone(member); // a member whom search has never shown is not gone
  const isSo = (shown: Shown) => ids.every((id) => isGone(shown.get(id), id));
  const searchLag = measureLag(ground, ids, { sinceMs, isSo });
  for (const waiting of [inGet, searchLag]) waiting.catch(() => {}); // the question that awaits it reports it
  return { leaver, status: answers[0]?.status ?? 0, inGet, searchLag };
}

function getSeen(waited: Waited | null, withinMs: number): Seen {
  const meaning =
    'A direct read is dated now, but shows the past: it may keep a leaver in until the next read. Tell the developers.';
  const answer = waitedText(waited, withinMs);
  const seen = waited?.asks === 1 ? fine(answer, 'A direct read is dated now.') : harmful(answer, meaning);
  return { ...seen, numbers: { seconds: waited?.seconds ?? null } };
}

async function isFound(ground: Ground, { leaver, searchLag }: Deactivation, statuses?: string[]): Promise<string> {
  if ((await searchLag).byId === null) failed('search does not show the deactivation yet');
  const search = { memberIds: [leaver.memberId], ...(statuses === undefined ? {} : { statuses }) };
  const { members } = bodyOf('members.search', await ground.stytch.searchMembers(ground.organizationId, search));
  return Array.isArray(members) && members.length > 0 ? 'yes' : 'no';
}

/** `activeId`: the member who is active after it; null when there is none. */
type Return = { status: number; verified: string; leaverId: string; activeId: string | null; old: string };

/** The IdP lets somebody in again. */
async function reactivate(ground: Ground, leaver: Person): Promise<Return> {
  const { stytch, organizationId, lagMaxMs: withinMs, signal } = ground;
  const { scim } = await ground.connection();
  const before = await ground.member(leaver.memberId);
  const verified = before.email_address_verified === true ? ' (but this one is verified)' : '';
  const { status } = await scim('PATCH', `/Users/${leaver.scimId}`, patch({ op: 'replace', value: { active: true } }));
  let activeId: string | null = null;
  const isBack = async () => {
    const now = await stytch.getMember(organizationId, { email_address: leaver.email });
    const member = 'body' in now ? asRecord(now.body.member) : {};
    activeId = typeof member.member_id === 'string' && !saysGone(member) ? member.member_id : null;
    return activeId !== null;
  };
  if (status < 300) await until(isBack, { sinceMs: performance.now(), withinMs, signal });
  const old = statusOf(await ground.member(leaver.memberId));
  return { status, verified, leaverId: leaver.memberId, activeId, old };
}

/** Refused, the same member, another one, or none. */
function returnSeen({ status, verified, leaverId, activeId, old }: Return): Seen {
  if (status >= 300) {
    const meaning =
      "A rehire has no access until their e-mail is verified, or they are created again: ask Stytch's support.";
    return costly(`refused (${status})${verified}, the member stays ${old}`, meaning);
  }
  if (activeId === leaverId) return fine(`${status}, the same member${verified}, ${old}`, 'A rehire keeps their row.');
  if (activeId !== null) {
    const meaning = 'A rehire keeps their row by the external id; without one they get a new row.';
    return fine(`${status}, a new member id${verified}; the old member is ${old}`, meaning);
  }
  const meaning = 'A rehire has no access, but the identity provider was told that they have. Tell Stytch.';
  return costly(`accepted (${status})${verified}, but the member stays ${old}`, meaning);
}

function statusOf(member: Record<string, unknown>): string {
  const { active } = asRecord(asRecord(member.scim_registration).scim_attributes);
  return `${member.status} (scim active: ${active === undefined ? 'missing' : active})`;
}
