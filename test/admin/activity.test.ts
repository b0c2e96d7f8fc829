import { eventLag } from '../../src/database/event-lag.js';
import { type ApiAnswer, signInAdmin, type TestAdmin } from '../helpers/admin.js';
import { type Lab, startLab } from '../helpers/lab.js';

let lab: Lab;
let admin: TestAdmin;
let other: TestAdmin;

beforeAll(async () => {
  lab = await startLab({ worker: false });
});
beforeEach(async () => {
  admin = await signInAdmin(lab);
  other = await signInAdmin(lab, { name: 'Beta' });
});
afterAll(() => lab.stop());

type Event = {
  outcome?: string;
  ago?: number;
  lag?: number | null;
  type?: string;
  trigger?: string;
  changes?: object[];
};

const person = (teamId: string, email: string, name = '', more: object = {}) =>
  lab.database.user.create({ data: { teamId, email, name, ...more } });

/** A record as reconciling writes it. @param ago in seconds */
async function record(teamId: string, userId: string | null, event: Event = {}) {
  const { outcome = 'changed', ago = 60, lag = 1, type = 'scim.member.update', trigger = 'hint' } = event;
  const at = Date.now() - ago * 1000;
  const times = lag === null ? {} : { sentAt: new Date(at - lag * 1000), receivedAt: new Date(at - lag * 500) };
  const changes = event.changes ?? (outcome === 'changed' ? [{ type: 'user_created' }] : []);
  await lab.database.syncEvent.create({
    data: { teamId, userId, outcome, trigger, changes, eventType: type, appliedAt: new Date(at), ...times },
  });
}

const problem = ({ status, body }: ApiAnswer) => [status, body.error.code];

it('a new team has an empty activity log, and a page that says so', async () => {
  expect((await admin.api('GET', '/activity')).body).toEqual({ events: [], nextCursor: null });
  expect((await admin.page('/activity?outcome=')).text).toContain('Nothing has happened yet');
});

it('shows who, what, why, when and the lag, newest first, and nothing of other teams', async () => {
  const ada = await person(admin.teamId, 'ada@acme.example', 'Ada');
  const zoe = await person(other.teamId, 'zoe@beta.example');
  await record(other.teamId, zoe.id);
  await record(admin.teamId, ada.id, { lag: 2 });
  await record(admin.teamId, zoe.id); // a record that points across teams shows no name
  await record(admin.teamId, null, { outcome: 'reread', type: 'scim.scim_group.update', lag: null });
  const { events, nextCursor } = (await admin.api('GET', '/activity')).body;
  expect(nextCursor).toBeNull();
  expect(events.map((one: { person: { email: string } | null }) => one.person?.email ?? null)).toEqual([
    null,
    null,
    'ada@acme.example',
  ]);
  expect(events[2]).toEqual({
    id: expect.stringMatching(/^\d+$/),
    at: expect.any(String),
    person: { id: ada.id, name: 'Ada', email: 'ada@acme.example' },
    memberId: null,
    outcome: 'changed',
    changes: [{ type: 'user_created' }],
    changesTotal: 1,
    trigger: 'hint',
    eventType: 'scim.member.update',
    eventId: null,
    sentAt: expect.any(String),
    receivedAt: expect.any(String),
    lagSeconds: 2,
    act: null,
  });
  expect(events[0].lagSeconds).toBeNull();
});

it('finds by part of a name or an e-mail, by id, and by outcome; wildcards are literal', async () => {
  const ada = await person(admin.teamId, 'ada@acme.example', 'Ada Lovelace', { stytchMemberId: `m-${admin.teamId}` });
  const odd = await person(admin.teamId, '50%_off@acme.example');
  await record(admin.teamId, ada.id);
  await record(admin.teamId, odd.id, { outcome: 'unchanged' });
  const found = async (query: string) => {
    const { events } = (await admin.api('GET', `/activity?${query}`)).body;
    return events.map((one: { person: { email: string } }) => one.person.email);
  };
  for (const query of [
    'person=LOVE',
    'person=ada%40',
    `person=${ada.id}`,
    `person=m-${admin.teamId}`,
    'outcome=changed',
  ]) {
    expect([query, await found(query)]).toEqual([query, ['ada@acme.example']]);
  }
  expect(await found('person=50%25_')).toEqual(['50%_off@acme.example']);
  expect(await found('person=%25')).toEqual(['50%_off@acme.example']);
  expect(await found('person=nobody')).toEqual([]);
  expect(await found('person=acme&outcome=unchanged')).toEqual(['50%_off@acme.example']);
  expect(await found('person=&outcome=&cursor=')).toHaveLength(2);
});

it('finds the events of all matching people, also when there are too many to list by id', async () => {
  const people = Array.from({ length: 300 }, (_, n) => ({ teamId: admin.teamId, email: `p${n}@fits.example` }));
  await lab.database.user.createMany({ data: people });
  for (const { id } of await lab.database.user.findMany({ where: { teamId: admin.teamId } }))
    await record(admin.teamId, id);
  await record(admin.teamId, (await person(admin.teamId, 'ada@acme.example')).id);
  const page = async (limit: number, cursor: string) =>
    (await admin.api('GET', `/activity?person=FITS.example&limit=${limit}&cursor=${cursor}`)).body;
  const first = await page(200, '');
  const second = await page(200, first.nextCursor);
  expect([first.events.length, second.events.length, second.nextCursor]).toEqual([200, 100, null]);
});

it('pages by cursor, with each event once, even when events are added meanwhile', async () => {
  for (let n = 0; n < 7; n++) await record(admin.teamId, null);
  const seen: string[] = [];
  let cursor = '';
  for (let page = 0; page < 4 && (page === 0 || cursor !== ''); page++) {
    const { body } = await admin.api('GET', `/activity?limit=3&cursor=${cursor}`);
    seen.push(...body.events.map(({ id }: { id: string }) => id));
    cursor = body.nextCursor ?? '';
    await record(admin.teamId, null);
  }
  expect([seen.length, new Set(seen).size, cursor]).toEqual([7, 7, '']);
  expect(seen).toEqual([...seen].sort((a, b) => Number(b) - Number(a)));
});

it('shows the acts of admins between the events, sorted by time, for this team and the outcome “changed” only', async () => {
  const grace = await person(admin.teamId, 'grace@acme.example', 'Grace', { stytchMemberId: admin.memberId });
  await record(admin.teamId, grace.id, { ago: 3600 });
  const made = (await admin.api('POST', '/roles', { value: 'analyst' })).body;
  await other.api('POST', '/roles', { value: 'theirs' });
  await admin.api('PATCH', `/roles/${made.id}`, { value: 'owner' });
  await record(admin.teamId, grace.id, { ago: -60 });
  const { events } = (await admin.api('GET', '/activity')).body;
  expect(
    events.map(({ act, trigger }: { act: { action: string } | null; trigger: string }) => act?.action ?? trigger),
  ).toEqual(['hint', 'role.rename', 'role.create', 'hint']);
  expect(events[1]).toMatchObject({
    person: { id: grace.id, name: 'Grace' },
    memberId: admin.memberId,
    outcome: 'changed',
    act: { action: 'role.rename', target: made.id, details: { role: 'scim:owner', was: 'scim:analyst' } },
  });
  expect((await admin.api('GET', `/activity?person=${grace.id}`)).body.events).toHaveLength(4);
  expect((await admin.api('GET', '/activity?person=nobody')).body.events).toHaveLength(0);
  expect((await admin.api('GET', '/activity?outcome=unchanged')).body.events).toHaveLength(0);
  expect((await admin.page('/activity')).text).toContain('renamed the role scim:analyst to scim:owner');
  expect((await admin.api('GET', '/activity.csv')).text).toContain('renamed the role scim:analyst to scim:owner');
});

it('pages through events and acts together, each once', async () => {
  for (let n = 0; n < 4; n++) {
    await record(admin.teamId, null, { ago: 60 - n });
    await admin.api('POST', '/roles', { value: `r${n}` });
  }
  const seen: string[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const { body } = await admin.api('GET', `/activity?limit=3&cursor=${cursor}`);
    seen.push(...body.events.map(({ id }: { id: string }) => id));
    cursor = body.nextCursor;
  }
  expect([seen.length, new Set(seen).size, seen.filter((id) => id.startsWith('act-')).length]).toEqual([8, 8, 4]);
});

it.each(['limit=0', 'limit=201', 'limit=x', 'cursor=-1', 'cursor=1;', 'outcome=deleted', `person=${'x'.repeat(201)}`])(
  'refuses %s',
  async (query) => {
    expect(problem(await admin.api('GET', `/activity?${query}`))).toEqual([400, 'bad_input']);
    expect((await admin.page(`/activity?${query}`)).status).toBe(400);
  },
);

it('exports CSV: all pages of the search, with formulas escaped', async () => {
  const evil = await person(admin.teamId, 'eve@acme.example', '=HYPERLINK("http://evil","x")');
  const plain = await person(admin.teamId, 'bob@acme.example', 'Bob, "the" builder\nJr.');
  await record(admin.teamId, evil.id, { changes: [{ type: 'role_granted', roleId: 'r', role: 'scim:analyst' }] });
  for (let n = 0; n < 1200; n += 100) {
    const data = Array.from({ length: 100 }, () => ({
      teamId: admin.teamId,
      userId: plain.id,
      trigger: 'sweep',
      outcome: 'unchanged',
    }));
    await lab.database.syncEvent.createMany({ data });
  }
  const all = await admin.api('GET', '/activity.csv');
  expect(all.headers.get('content-type')).toBe('text/csv; charset=utf-8');
  expect(all.headers.get('content-disposition')).toContain('scim-activity.csv');
  expect(all.text.split('\n').filter((line) => line.includes('unchanged'))).toHaveLength(1200);
  expect(all.text).toContain('"Bob, ""the"" builder\nJr."');
  const changed = await admin.page('/activity.csv?outcome=changed');
  const lines = changed.text.trim().split('\n');
  expect(lines).toHaveLength(2);
  expect(lines[0]).toMatch(/time,person,email,outcome,changes,why,lag_seconds/);
  expect(lines[1]).toContain(`"'=HYPERLINK(""http://evil"",""x"")"`);
  expect(lines[1]).toContain('granted scim:analyst,Changed in your identity provider,1.000');
});

it('shows the first changes of a joiner with hundreds of groups, and counts the rest', async () => {
  const wide = await person(admin.teamId, 'wide@acme.example', 'Wide');
  const said = Array.from({ length: 600 }, (_, n) => ({
    type: 'idp_role_value_added',
    via: 'groups',
    value: `g ${n}`,
  }));
  const done = Array.from({ length: 3 }, (_, n) => ({ type: 'role_granted', roleId: 'r', role: `scim:g ${n}` }));
  await record(admin.teamId, wide.id, { changes: [{ type: 'user_created' }, ...said, ...done] });
  const [event] = (await admin.api('GET', '/activity')).body.events;
  expect([event.changesTotal, event.changes.length]).toEqual([604, 20]);
  expect(event.changes).toEqual([{ type: 'user_created' }, ...said.slice(0, 16), ...done]);
  const page = await admin.page('/activity');
  expect(page.text).toContain('and 584 more');
  expect(page.text).toContain('granted scim:g 2');
  const csv = (await admin.api('GET', '/activity.csv')).text;
  expect([csv.includes('has g 495 in'), csv.includes('has g 497 in'), csv.includes('; and 104 more')]).toEqual([
    true,
    false,
    true,
  ]);
});

it('the health of a new team', async () => {
  const { body } = await admin.api('GET', '/health');
  expect(body).toMatchObject({ p50Seconds: null, p99Seconds: null, changes: 0, lastHeardAt: null, held: null });
  expect(body.hours).toHaveLength(24);
});

it("health shows this team's changes of the last day: median, 99th percentile, by hour", async () => {
  for (let n = 1; n <= 100; n++) await record(admin.teamId, null, { lag: n, ago: n < 100 ? 30 : 5 * 3600 });
  await record(admin.teamId, null, { lag: 500, ago: 25 * 3600 }); // yesterday
  await record(admin.teamId, null, { lag: 500, outcome: 'unchanged' }); // nothing to be late with
  await record(other.teamId, null, { lag: 500 });
  await record(admin.teamId, null, { lag: null, trigger: 'sweep' }); // counts, but no event was late
  await admin.api('POST', '/roles', { value: 'owner' }); // an act counts too
  const { body } = await admin.api('GET', '/health');
  expect(body.changes).toBe(102);
  expect([body.p50Seconds, body.p99Seconds]).toEqual([expect.closeTo(50.5, 1), expect.closeTo(99.01, 1)]);
  const busy = body.hours.filter(({ changes }: { changes: number }) => changes > 0);
  expect(busy.reduce((sum: number, { changes }: { changes: number }) => sum + changes, 0)).toBe(102);
  expect(busy[0]).toMatchObject({ changes: 1, p99Seconds: expect.closeTo(100, 1) });
});

it('the card, the rows and support agree about the lag, and the number of changes about its list', async () => {
  const own = await signInAdmin(lab);
  const triggers = ['hint', 'recheck', 'replay', 'sweep', 'role'];
  for (const [n, trigger] of triggers.entries()) await record(own.teamId, null, { trigger, lag: n + 1 });
  await record(own.teamId, null, { lag: 400, outcome: 'unchanged' });
  await record(own.teamId, null, { lag: 1, ago: 25 * 3600 });
  await own.api('POST', '/roles', { value: 'owner' });
  const { events } = (await own.api('GET', '/activity?outcome=changed&hours=24')).body;
  const lags = events.map(({ lagSeconds }: { lagSeconds: number | null }) => lagSeconds).filter(Boolean);
  expect(lags.sort()).toEqual([1, 2, 3]);
  const { body: health } = await own.api('GET', '/health');
  expect([health.changes, health.p50Seconds]).toEqual([events.length, 2]);
  const [{ median }] = await lab.database.$queryRaw<[{ median: number }]>`
    SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY ${eventLag}) AS median FROM sync_events
    WHERE team_id = ${own.teamId}::uuid AND applied_at > now() - interval '24 hours'`;
  expect(median).toBe(2);
  await own.api('POST', '/connection', { identityProvider: 'okta', displayName: 'Okta' });
  const { text } = await own.page('');
  expect(text).toMatch(/activity\?outcome=changed&amp;hours=24"[^>]*>7</); // the connection is one more
  expect(text).toContain('5 minutes, the promise');
});

it('says in plain words why something happened, with the provider that was connected then', async () => {
  await record(admin.teamId, null, { type: 'scim.scim_member_group.delete', ago: 3600 });
  await admin.api('POST', '/connection', { identityProvider: 'okta', displayName: 'Okta' });
  await record(admin.teamId, null, { type: 'scim.scim_member_group.delete', ago: -1 });
  await record(admin.teamId, null, { type: 'scim.idp_group.member_add', ago: -1, trigger: 'recheck' });
  await record(admin.teamId, null, { type: 'direct.member.update', ago: -1 });
  await record(admin.teamId, null, { type: 'scim.unheard.of', ago: -1, trigger: 'sweep' });
  const { text } = await admin.page('/activity');
  for (const words of [
    'Removed from a group in your identity provider',
    'Removed from a group in Okta',
    'Added to a group in Okta, found by a second look',
    'Changed in Scanner',
    'Something changed in Okta, so the whole team was checked',
    'Done in Settings &gt; SCIM',
  ]) {
    expect(text.replaceAll('>', '&gt;')).toContain(words);
  }
  const unfolded = text.replace(/<details[\s\S]*?<\/details>/g, '');
  expect(unfolded).not.toMatch(/scim\.|recheck|sweep|stytch/i);
  expect(text).toContain('<dd>scim.scim_member_group.delete</dd>');
});

it('health shows the last event, silence, the last sweep and held changes, also on the page', async () => {
  await admin.api('POST', '/connection', { identityProvider: 'okta', displayName: 'Acme' });
  await record(admin.teamId, null, { ago: 120, type: 'scim.member.create' });
  await record(admin.teamId, null, { ago: 20, type: 'direct.member.update' });
  const heard = (await admin.api('GET', '/health')).body.lastHeardAt;
  expect(Date.now() - Date.parse(heard)).toBeGreaterThan(100_000);
  const [quietSince, sweptAt] = [new Date(Date.now() - 5000), new Date(Date.now() - 60_000)];
  await lab.database.teamSync.create({
    data: { teamId: admin.teamId, heardAt: new Date(), quietSince, sweptAt, sweptMembers: 7 },
  });
  await lab.database.heldChange.create({
    data: { teamId: admin.teamId, userIds: ['00000000-0000-4000-8000-000000000001'], fence: new Date() },
  });
  const { body } = await admin.api('GET', '/health');
  expect(body).toMatchObject({
    quietSince: quietSince.toISOString(),
    lastSweptAt: sweptAt.toISOString(),
    lastSweptMembers: 7,
    held: { people: 1 },
  });
  expect(Date.now() - Date.parse(body.lastHeardAt)).toBeLessThan(60_000);
  const { text } = await admin.page('');
  expect(text).toContain('1 deactivation is held');
  expect(text).toContain('unusually quiet');
  await lab.database.heldChange.updateMany({ data: { resolution: 'discarded' } });
  expect((await admin.api('GET', '/health')).body.held).toBeNull();
});
