import { asArray, asRecord } from '../../../directory/json.js';
import { costly, failed, fine, harmful, type Measurement, type Seen } from './fact.js';
import { fieldsSeen } from './fields.js';
import type { Ground, Person } from './ground.js';
import { lazily } from './lazily.js';
import { patch, type ScimAnswer, scimGroup, scimUser } from './scim-client.js';
import { lagSeen, measureLag, type Shown, shownBy } from './search-lag.js';
import { until, waitedText } from './until.js';

const names = { first: 'probe_group', second: 'probe_group_renamed' };
const asText = JSON.stringify({ id: 'x', value: 'probe_role', displayName: 'Probe role' });

/** Somebody with a role, in a group. */
type Grouped = Person & { groupId: string; groupStatus: number };

/** Roles and groups: where do they show, in what form, and how soon? */
export function groupMeasurements(ground: Ground): Measurement[] {
  const grouped = lazily(() => makeGrouped(ground));
  return [
    {
      question: 'a role whose value is the text of JSON',
      measure: async () => roleForm((await attributesOf(ground, await grouped())).roles),
    },
    {
      question: 'a group shows in scim_attributes.groups',
      measure: async () => {
        const person = await grouped();
        const isThere = await inGet(ground, person, (shown) => shown.includes(names.first));
        const shown = namesIn(await attributesOf(ground, person));
        return isThere
          ? fine(`${person.groupStatus}, ${shown}`, 'The names of groups are role values.')
          : harmful(
              `${person.groupStatus}, ${shown}`,
              'Groups never reach us: they grant nothing. Tell the developers.',
            );
      },
    },
    {
      question: 'the fields of a member, search against get',
      measure: async () => {
        const person = await grouped();
        const isSo = (shown: Shown) => groupsOf(shown.get(person.memberId)).includes(names.first);
        await measureLag(ground, [person.memberId], { sinceMs: performance.now(), isSo });
        const found = (await shownBy(ground, [person.memberId])).get(person.memberId);
        return fieldsSeen(await ground.member(person.memberId), found ?? failed('search does not show the member'));
      },
    },
    {
      question: 'a renamed group shows by its new name',
      measure: async () => renameSeen(ground, await grouped()),
    },
    {
      question: 'after leaving the group',
      measure: async () => {
        const person = await grouped();
        const removal = patch({ op: 'remove', path: `members[value eq "${person.scimId}"]` });
        const { status } = await ofGroup(ground, person, 'PATCH', removal);
        const isGone = await inGet(ground, person, (shown) => shown.length === 0);
        const answer = `${status}, ${namesIn(await attributesOf(ground, person))}`;
        return isGone
          ? fine(answer, 'Who leaves a group loses its role.')
          : harmful(answer, 'Who leaves a group keeps its role. Tell the developers.');
      },
    },
  ];
}

async function makeGrouped(ground: Ground): Promise<Grouped> {
  const { scim } = await ground.connection();
  const person = await ground.person('two');
  const roles = [{ value: asText, primary: false, type: 'WindowsAzureActiveDirectoryRole' }];
  const given = await scim('PUT', `/Users/${person.scimId}`, scimUser(person.email, 'probe-two', { roles }));
  if (given.status >= 300) failed(`PUT /Users was answered with ${given.status}`);
  const group = await scim('POST', '/Groups', scimGroup(names.first, [person.scimId]));
  if (group.status >= 300) failed(`POST /Groups was answered with ${group.status}`);
  return { ...person, groupId: String(group.body.id), groupStatus: group.status };
}

async function renameSeen(ground: Ground, person: Grouped): Promise<Seen> {
  const sinceMs = performance.now();
  const rename = patch({ op: 'replace', value: { displayName: names.second } });
  const { status } = await ofGroup(ground, person, 'PATCH', rename);
  if (status >= 300) failed(`PATCH /Groups was answered with ${status}`);
  const isSo = (shown: Shown) => groupsOf(shown.get(person.memberId)).includes(names.second);
  const [direct, lag] = await Promise.all([
    inGet(ground, person, (shown) => shown.includes(names.second), sinceMs),
    measureLag(ground, [person.memberId], { sinceMs, isSo }),
  ]);
  const search = lagSeen(lag, ground.lagMaxMs, 'a search may give back the role of the old name.');
  const answer = `get: ${waitedText(direct, ground.lagMaxMs)}; search: ${search.answer}`;
  const numbers = { getSeconds: direct?.seconds ?? null, ...search.numbers };
  if (direct !== null) return { ...search, answer, numbers };
  const meaning = 'Roles by the old name stay, and those by the new one are not granted. Tell the developers.';
  return { ...harmful(answer, meaning), numbers };
}

async function ofGroup(ground: Ground, { groupId }: Grouped, method: string, body: object): Promise<ScimAnswer> {
  return (await ground.connection()).scim(method, `/Groups/${groupId}`, body);
}

/** Until a direct read shows the member in the groups that are expected. */
function inGet(ground: Ground, { memberId }: Person, isSo: (groups: string[]) => boolean, sinceMs = performance.now()) {
  const wait = { sinceMs, withinMs: ground.lagMaxMs, signal: ground.signal };
  return until(async () => isSo(groupsOf(await ground.member(memberId))), wait);
}

async function attributesOf(ground: Ground, { memberId }: Person): Promise<Record<string, unknown>> {
  return attributesIn(await ground.member(memberId));
}

function attributesIn(member: unknown): Record<string, unknown> {
  return asRecord(asRecord(asRecord(member).scim_registration).scim_attributes);
}

function groupsOf(member: unknown): string[] {
  return asArray(attributesIn(member).groups).map((group) => String(asRecord(group).display));
}

function namesIn({ groups }: Record<string, unknown>): string {
  const found = asArray(groups).map((group) => String(asRecord(group).display));
  return found.length === 0 ? 'no groups' : found.join(', ');
}

function roleForm(roles: unknown): Seen {
  const value = asRecord(asArray(roles)[0]).value;
  if (typeof value !== 'string') {
    return costly('no roles come back', 'Roles of the identity provider never reach us: customers have to use groups.');
  }
  const answer = value.trimStart().startsWith('{')
    ? 'comes back as the text of JSON'
    : `comes back unwrapped: ${value}`;
  return fine(answer, 'Scanner unwraps it itself where Stytch does not.');
}
