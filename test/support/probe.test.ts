import { connectLookups } from '../../src/stytch/lookups.js';
import { connectProbe } from '../../src/stytch/probe.js';
import type { Fact } from '../../src/support/doctor/probe/fact.js';
import { fieldsMissing, fieldsSeen } from '../../src/support/doctor/probe/fields.js';
import { probe } from '../../src/support/doctor/probe/probe.js';
import { lagSeen } from '../../src/support/doctor/probe/search-lag.js';
import type { Switches } from '../emulator/switches.js';
import { defaultSwitches } from '../emulator/switches.js';
import { startSupport } from '../helpers/command.js';
import { testEnv } from '../helpers/config.js';
import { eventually } from '../helpers/eventually.js';
import { type Lab, startLab } from '../helpers/lab.js';

jest.setTimeout(120_000);

let lab: Lab;
beforeAll(async () => {
  lab = await startLab({ support: true, worker: false });
});
afterAll(() => lab.stop());
afterEach(async () => {
  lab.emulator.faults.reset();
  Object.assign(lab.emulator.switches, defaultSwitches());
  expect(await probeOrganizations()).toEqual([]);
});

type Options = { lagMaxMs?: number; signal?: AbortSignal; onStep?: (step: string) => void };

/** Everything that the probe finds of the lab's Stytch, by question. */
async function probed({ lagMaxMs = 1_000, signal, onStep = () => {} }: Options = {}) {
  const { projectId, secret, url } = lab.emulator;
  const stytch = connectProbe({ projectId, secret, baseUrl: url });
  const options = { database: lab.database, eventsWithinMs: 0, lagMaxMs, onStep };
  const facts = await probe(stytch, { ...options, signal: signal ?? new AbortController().signal });
  return { facts, of: (question: string) => facts.find((fact) => fact.question === question) as Fact };
}

async function probeOrganizations(): Promise<string[]> {
  const { projectId, secret, url } = lab.emulator;
  const lookups = connectLookups({ projectId, secret, baseUrl: url });
  const { organizations } = await lookups.organizations();
  return organizations.map(({ name }) => name).filter((name) => name.startsWith('scanner-probe-'));
}

const unmeasured = (facts: readonly Fact[]) => facts.filter(({ status }) => status === 'unknown');

const ids = '1,000 made-up ids in one search';
const fields = 'the fields of a member, search against get';
const renamed = 'a renamed group shows by its new name';
const lags = ['search shows a new member', 'search shows a deactivation', renamed];

it('measures a Stytch that behaves as we rely on, and says what each answer means', async () => {
  const { facts, of } = await probed();
  const webhooks = 'webhooks that all this fired'; // not waited for here
  expect(facts.filter(({ status, question }) => status !== 'ok' && question !== webhooks)).toEqual([]);
  expect(facts.every(({ answer, meaning }) => answer !== '' && meaning !== '')).toBe(true);
  expect(of('get shows a deactivation')).toMatchObject({ answer: 'at once', numbers: { seconds: expect.any(Number) } });
  expect(of(ids)).toMatchObject({ answer: 'accepted', numbers: { accepted: 1000 } });
  expect(of('an unknown resource in authorization_check').answer).toBe('403 session_authorization_error');
  expect(of('sessions.revoke has ended a session').answer).toBe('at once, as token and as JWT');
});

describe('a search that is late', () => {
  it('is measured in seconds, by ids and in a list, and is fine within what we allow for', async () => {
    lab.emulator.faults.searchLagMs = 1_200;
    const { facts, of } = await probed({ lagMaxMs: 10_000 });
    for (const question of lags) {
      const { status, answer, numbers } = of(question);
      expect([question, status]).toEqual([question, 'ok']);
      expect(answer).toMatch(/after \d\.\d s by their ids, after \d\.\d s in the list of the organization$/);
      expect(numbers?.allowedSeconds).toBe(30);
      for (const seconds of [numbers?.byIdSeconds, numbers?.listSeconds]) {
        expect(seconds).toBeGreaterThanOrEqual(1.2);
        expect(seconds).toBeLessThan(4);
      }
    }
    expect(of(renamed).answer).toMatch(/^get: at once; search: /);
    expect(of('search with status deleted shows them').answer).toBe('yes');
    expect(unmeasured(facts)).toEqual([]);
  });

  it('is a problem when it takes longer, and what depends on it is not measured', async () => {
    lab.emulator.faults.searchLagMs = 60_000;
    const { of } = await probed();
    for (const question of lags) {
      expect(of(question)).toMatchObject({ status: 'problem', numbers: { byIdSeconds: null, listSeconds: null } });
      expect(of(question).answer).toContain('not within 1 s by their ids, not within 1 s in the list');
    }
    expect(of('search shows a deactivation').meaning).toContain('give access back to somebody who has left');
    expect(of('search shows a deactivation').meaning).toContain('allowedSearchLagMs');
    expect(of(fields).answer).toBe('not measured: search does not show the member');
    expect(of('search with status deleted shows them').status).toBe('unknown');
    expect(of('get shows a deactivation').status).toBe('ok');
  });

  it('is judged by the lag that we allow', () => {
    const late = (seconds: number, asks = 9) => {
      return lagSeen({ byId: { seconds, asks }, listing: { seconds: 0.2, asks: 1 } }, 60_000, 'people stay.');
    };
    expect([late(14).status, late(16).status, late(31).status]).toEqual(['ok', 'warning', 'problem']);
    expect(late(31).meaning).toMatch(/^Beyond the 30 s that we allow for: people stay\. Raise allowedSearchLagMs/);
    expect(late(31, 1).status).toBe('ok'); // the change took its time, and not search
  });
});

describe('a search that knows less than get', () => {
  it.each<[Switches['searchOmits'], string, string[]]>([
    [['registration'], 'search lacks scim_registration', ['externalId', 'roleValues']],
    [['groupDisplay'], 'search lacks scim_registration.scim_attributes.groups[].display', ['roleValues']],
    [['scimRoles'], 'search lacks scim_registration.scim_attributes.roles', ['roleValues']],
  ])('of %j is a problem: %s', async (searchOmits, answer, differing) => {
    lab.emulator.switches.searchOmits = searchOmits;
    const found = (await probed()).of(fields);
    expect(found.status).toBe('problem');
    expect(found.answer).toContain(answer);
    expect(found.answer).toContain(`by our rules they differ in ${differing.join(', ')}`);
    expect(found.meaning).toContain(`have other ${differing.join(' and ')}: each of them needs a direct read`);
  });

  it('may know more than get, which is fine where Scanner does not read it', () => {
    const got = { member_id: 'member-1', organization_id: 'organization-1', status: 'active', email_address: 'a@b.c' };
    const found = fieldsSeen(got, { ...got, lock_created_at: 'today', mfa: { enrolled: true } });
    expect([found.status, found.answer]).toEqual(['ok', 'get lacks lock_created_at, mfa']);
    expect(fieldsSeen(got, { ...got, name: 'Ann' })).toMatchObject({
      status: 'problem',
      answer: 'get lacks name; by our rules they differ in name',
    });
  });

  it('names the topmost paths that it lacks', () => {
    const member = {
      id: 'a',
      scim: { active: true, groups: [{ value: '1', display: 'x' }] },
      roles: [{ role_id: 'r' }],
    };
    expect(fieldsMissing(member, member)).toEqual([]);
    expect(fieldsMissing(member, { id: 'a', scim: null, roles: [] })).toEqual(['scim', 'roles[]']);
    expect(fieldsMissing(member, { ...member, scim: { groups: [{ value: '1' }] } })).toEqual([
      'scim.active',
      'scim.groups[].display',
    ]);
    expect(fieldsMissing({ scim: null }, {})).toEqual([]);
  });

  it('is a problem when it knows groups by their old names', async () => {
    lab.emulator.switches.searchGroupNames = 'untilTouched';
    const found = (await probed()).of(renamed);
    expect(found).toMatchObject({ status: 'problem', numbers: { byIdSeconds: null } });
    expect(found.answer).toMatch(/^get: at once; search: not within 1 s/);
  });
});

describe('the limits and forms of a search', () => {
  it('a cap of ids is found by halving', async () => {
    lab.emulator.switches.searchMaxFilterValues = 300;
    const found = (await probed()).of(ids);
    expect(found).toMatchObject({ status: 'warning', numbers: { accepted: 250 } });
    expect(found.answer).toBe('refused: 400 user_search_maximum_filter_value_count_exceeded; 250 are accepted');
    expect(found.meaning).toContain('4 times as many searches');
  });

  it.each<[Partial<Switches>, string, string, string]>([
    [{ endOfList: 'empty' }, 'next_cursor empty', 'members [], next_cursor empty', 'ok'],
    [{ endOfList: 'missing' }, 'next_cursor missing', 'members [], next_cursor missing', 'ok'],
    [{ endOfList: 'noMetadata' }, 'next_cursor missing', 'members [], next_cursor missing', 'ok'],
    [
      { endOfList: 'noMetadata', emptyList: 'null' },
      'next_cursor missing',
      'members null, next_cursor missing',
      'warning',
    ],
    [{ emptyList: 'null' }, 'next_cursor null', 'members null, next_cursor null', 'ok'],
    [{ emptyList: 'missing' }, 'next_cursor null', 'members missing, next_cursor null', 'ok'],
  ])('%j', async (switches, end, none, status) => {
    Object.assign(lab.emulator.switches, switches);
    const { of } = await probed();
    expect(of('the end of a list of members')).toMatchObject({ status: 'ok', answer: expect.stringContaining(end) });
    expect(of('a search without hits')).toMatchObject({ status, answer: none });
  });

  it.each(['repeat', 'circle'] as const)('a list whose cursors go in a %s is a problem', async (searchCursors) => {
    lab.emulator.faults.searchCursors = searchCursors;
    const found = (await probed()).of('the end of a list of members');
    expect(found).toMatchObject({ status: 'problem', answer: 'next_cursor comes a second time' });
  });

  it('a search that is refused for another reason says nothing of its size', async () => {
    lab.emulator.faults.searchesPerMinute = 0;
    const found = (await probed()).of(ids);
    expect(found.answer).toBe('not measured: members.search by 1000 ids was answered with 429 too_many_requests');
  });
});

describe('somebody who comes back without a verified e-mail', () => {
  it.each<[Switches['reactivationOfUnverified'], string, RegExp]>([
    ['scimOnly', 'ok', /^200, the same member, active/],
    ['refused', 'warning', /^refused \(4\d\d\), the member stays deleted/],
    ['newMember', 'ok', /^200, a new member id; the old member is deleted/],
  ])('%s', async (reactivationOfUnverified, status, answer) => {
    lab.emulator.switches.reactivationOfUnverified = reactivationOfUnverified;
    const found = (await probed()).of('active=true on an unverified member');
    expect(found).toMatchObject({ status, answer: expect.stringMatching(answer) });
  });

  it('differs from one with a verified one', async () => {
    lab.emulator.switches.scimEmailVerified = true;
    const found = (await probed()).of('active=true on an unverified member');
    expect(found.answer).toContain('but this one is verified');
  });
});

describe('one measurement that fails', () => {
  it('says why, and the others are made: no session', async () => {
    lab.emulator.faults.failWhile('passwords.migrate', { status: 400, error_type: 'passwords_disabled' });
    const why = 'not measured: no session could be made: passwords.migrate was answered with 400 passwords_disabled';
    const { facts } = await probed();
    expect(unmeasured(facts).map(({ question, answer }) => [question, answer])).toEqual([
      ['a permission that the member lacks, in authorization_check', why],
      ['an unknown resource in authorization_check', why],
      ['sessions.revoke has ended a session', why],
    ]);
  });

  it('says why, and the others are made: no SCIM', async () => {
    lab.emulator.faults.failWhile('scim.protocol', '500');
    const { facts, of } = await probed();
    expect(of('search shows a deactivation').answer).toBe('not measured: POST /Users was answered with 500');
    expect([of(ids).status, of('an unknown resource in authorization_check').status]).toEqual(['ok', 'ok']);
    expect(unmeasured(facts).length).toBeLessThan(facts.length - 5);
  });

  it('of Stytch itself too', async () => {
    lab.emulator.faults.failWhile('members.search', 'html502');
    const { of } = await probed();
    expect(of(lags[0] ?? '').answer).toBe('not measured: members.search was answered with no usable answer');
    expect(of('get shows a deactivation').status).toBe('ok');
  });
});

it('an unknown resource that is refused in another way is a warning', async () => {
  lab.emulator.faults.failNext('sessions.authenticate', { status: 400, error_type: 'invalid_permission_resource' }, 2);
  const { of } = await probed();
  expect(of('an unknown resource in authorization_check')).toMatchObject({
    status: 'warning',
    answer: '400 invalid_permission_resource',
  });
});

it('a deactivation that takes no effect is a problem, and is not waited for without end', async () => {
  const { failWhile } = lab.emulator.faults;
  let end = () => {};
  const { of } = await probed({
    onStep: (step) => {
      if (step === 'get shows a deactivation') end = failWhile('scim.protocol', { status: 200, error_type: 'none' });
      if (step === 'search shows a deactivation') end();
    },
  });
  expect(of('get shows a deactivation')).toMatchObject({ status: 'problem', answer: 'not within 1 s' });
  expect(of('status after PATCH active=false').meaning).toContain('keep their access');
});

describe('what the probe made is gone afterwards', () => {
  it('also when nobody heard that it was made', async () => {
    lab.emulator.faults.failNext('organizations.create', 'lostReply');
    const { facts } = await probed();
    expect(facts.map(({ question, status }) => [question, status])).toEqual([
      ['an organization for the probe', 'unknown'],
    ]);
    expect(facts[0]?.answer).toContain('organizations.create was answered with no usable answer');
  });

  it('also when it takes several tries', async () => {
    lab.emulator.faults.failNext('organizations.delete', '500', 2);
    const { facts } = await probed();
    expect(facts.filter(({ question }) => question === 'cleaning up')).toEqual([]);
  });

  it('or the fact says what to delete', async () => {
    lab.emulator.faults.failNext('organizations.delete', '500', 3);
    const found = (await probed()).of('cleaning up');
    const [left = ''] = await probeOrganizations();
    expect(found).toMatchObject({
      ...{ status: 'problem', meaning: 'Delete this organization in the Stytch dashboard.' },
      answer: `${left} could not be deleted: 500 internal_server_error`,
    });
    lab.emulator.organizations.delete(left);
  });

  it('also when it is interrupted, at once', async () => {
    const controller = new AbortController();
    lab.emulator.faults.searchLagMs = 60_000;
    const begun = performance.now();
    const searches = () => lab.emulator.calls.count('members.search');
    const onStep = (step: string) => {
      if (step !== lags[0]) return;
      const before = searches();
      void eventually(() => searches() > before).then(() => controller.abort()); // in the middle of measuring
    };
    const { facts, of } = await probed({ lagMaxMs: 60_000, signal: controller.signal, onStep });
    expect(performance.now() - begun).toBeLessThan(10_000);
    expect(of('create a second connection').status).toBe('ok');
    const after = facts.slice(facts.findIndex(({ question }) => question === lags[0]));
    expect(new Set(after.map(({ answer }) => answer))).toEqual(new Set(['not measured: interrupted']));
  });

  it('also after Ctrl-C, which npm hands on a second time', async () => {
    lab.emulator.faults.searchLagMs = 60_000;
    const child = startSupport({ ...testEnv(lab.env), PUBLIC_URL: lab.url }, 'doctor', '--probe', '--json');
    const [out, err]: [string[], string[]] = [[], []];
    child.stdout.on('data', (chunk) => out.push(String(chunk)));
    child.stderr.on('data', (chunk) => err.push(String(chunk)));
    const ended = new Promise((resolve) => child.once('close', resolve));
    await eventually(() => err.join('').includes('search shows a new member'));
    expect((await probeOrganizations()).length).toBe(1);
    const deletion = lab.emulator.faults.freeze('organizations.delete');
    child.kill('SIGINT');
    await deletion.arrived;
    child.kill('SIGINT');
    deletion.release();
    expect(await ended).toBe(1);
    const { facts } = JSON.parse(out.join('')) as { facts: Fact[] };
    expect(facts.at(-1)).toMatchObject({ status: 'unknown', answer: 'not measured: interrupted' });
    expect(err.join('')).toContain('cleaning up');
  });
});
