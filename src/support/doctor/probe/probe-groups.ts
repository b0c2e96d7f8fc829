import { asArray, asRecord } from '../../../directory/json.js';
import { question } from '../question.js';
import { costly, failed, fine, harmful, type Measurement, type Seen } from './fact.js';
import { fieldsSeen } from './fields.js';
import type { Ground, Person } from './ground.js';
import { lazily } from './lazily.js';
import { patch, type ScimAnswer, scimGroup, scimUser } from './scim-client.js';
import { type Lag, lagSeen, measureLag, type Shown, shownBy } from './search-lag.js';
import { until, type Waited, waitedText } from './until.js';

const names = { first: 'probe_group', second: 'probe_group_renamed' };
const asText = JSON.stringify({ id: 'x', value: 'probe_role', displayName: 'Probe role' });

/** A person with a role, in a group. */
type Grouped = Person & { groupId: string; groupStatus: number };

/** Roles and groups: where they show, in what form, and how soon. */
export function groupMeasurements(ground: Ground): Measurement[] {
  const grouped = lazily(() => makeGrouped(ground));
  const memberOf = async () => ground.member((await grouped()).memberId);
  return [
    question('a role whose value is the text of JSON', async () => attributesIn(await memberOf()).roles, roleForm),
    question(
      'a group shows in scim_attributes.groups',
      async () => {
        const person = await grouped();
        const waited = await untilGet(ground, person, (groups) => groups.includes(names.first));
        return { isSo: waited !== null, answer: `${person.groupStatus}, ${namesIn(await memberOf())}` };
      },
      ({ isSo, answer }) =>
        isSo
          ? fine(answer, 'The names of groups are role values.')
          : harmful(answer, 'Groups never reach us: they grant nothing. Tell the developers.'),
    ),
    question(
      'the fields of a member, search against get',
      async () => {
        const { memberId } = await grouped();
        const isSo = (shown: Shown) => groupsOf(shown.get(memberId)).includes(names.first);
        await measureLag(ground, [memberId], { sinceMs: performance.now(), isSo });
        const found = (await shownBy(ground, [memberId])).get(memberId) ?? failed('search does not show the member');
        return { got: await memberOf(), found };
      },
      ({ got, found }) => fieldsSeen(got, found),
    ),
    question(
      'a renamed group shows by its new name',
      async () => rename(ground, await grouped()),
      (renamed) => renameSeen(renamed, ground.lagMaxMs),
    ),
    question(
      'after leaving the group',
      async () => {
        const person = await grouped();
        const removal = patch({ op: 'remove', path: `members[value eq "${person.scimId}"]` });
        const { status } = await ofGroup(ground, person, 'PATCH', removal);
        const waited = await untilGet(ground, person, (groups) => groups.length === 0);
        return { isSo: waited !== null, answer: `${status}, ${namesIn(await memberOf())}` };
      },
      ({ isSo, answer }) =>
        isSo
          ? fine(answer, 'A person who leaves a group loses its role.')
          : harmful(answer, 'A person who leaves a group keeps its role. Tell the developers.'),
    ),
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

async function rename(ground: Ground, person: Grouped): Promise<{ direct: Waited | null; lag: Lag }> {
  const sinceMs = performance.now();
  const { status } = await ofGroup(
    ground,
    person,
    'PATCH',
    patch({ op: 'replace', value: { displayName: names.second } }),
  );
  if (status >= 300) failed(`PATCH /Groups was answered with ${status}`);
  const isSo = (shown: Shown) => groupsOf(shown.get(person.memberId)).includes(names.second);
  const [direct, lag] = await Promise.all([
    untilGet(ground, person, (groups) => groups.includes(names.second), sinceMs),
    measureLag(ground, [person.memberId], { sinceMs, isSo }),
  ]);
  return { direct, lag };
}

function renameSeen({ direct, lag }: { direct: Waited | null; lag: Lag }, lagMaxMs: number): Seen {
  const search = lagSeen(lag, lagMaxMs, 'a search may give back the role of the old name.');
  const answer = `get: ${waitedText(direct, lagMaxMs)}; search: ${search.answer}`;
  const numbers = { getSeconds: direct?.seconds ?? null, ...search.numbers };
  if (direct !== null) return { ...search, answer, numbers };
  const meaning = 'Roles of the old name stay, and those of the new one are not granted. Tell the developers.';
  return { ...harmful(answer, meaning), numbers };
}

async function ofGroup(ground: Ground, { groupId }: Grouped, method: string, body: object): Promise<ScimAnswer> {
  return (await ground.connection()).scim(method, `/Groups/${groupId}`, body);
}

/** Until a direct read shows the member in the expected groups. */
function untilGet(
  ground: Ground,
  { memberId }: Person,
  isSo: (groups: string[]) => boolean,
  sinceMs = performance.now(),
) {
  const wait = { sinceMs, withinMs: ground.lagMaxMs, signal: ground.signal };
  return until(async () => isSo(groupsOf(await ground.member(memberId))), wait);
}

function attributesIn(member: unknown): Record<string, unknown> {
  return asRecord(asRecord(asRecord(member).scim_registration).scim_attributes);
}

function groupsOf(member: unknown): string[] {
  return asArray(attributesIn(member).groups).map((group) => String(asRecord(group).display));
}

function namesIn(member: unknown): string {
  return groupsOf(member).join(', ') || 'no groups';
}

function roleForm(roles: unknown): Seen {
  const { value } = asRecord(asArray(roles)[0]);
  if (typeof value !== 'string') {
    return costly('no roles come back', 'Roles of the identity provider never reach us: customers have to use groups.');
  }
  const isText = value.trimStart().startsWith('{');
  const answer = isText ? 'comes back as the text of JSON' : `comes back unwrapped: ${value}`;
  return fine(answer, 'Scanner unwraps it where Stytch does not.');
}
