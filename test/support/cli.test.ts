import { hostname, userInfo } from 'node:os';
import { runVerb } from '../../src/support/cli/run-verb.js';
import { support, supportProcess } from '../helpers/command.js';
import { testEnv } from '../helpers/config.js';
import { type Lab, startLab } from '../helpers/lab.js';
import { failedHint, stateOf } from '../helpers/support.js';
import { startWire } from '../helpers/wire.js';

jest.setTimeout(240_000);

let lab: Lab;
let teamId: string;
let organizationId: string;
const ask = (...words: string[]) => support(lab.env, ...words);
const reason = ['--reason', 'ticket 4711', '--actor', 'sam@scanner.dev'];

beforeAll(async () => {
  lab = await startLab();
  ({ teamId, organizationId } = await lab.team({ name: 'Acme' }));
});
afterAll(() => lab.stop());

const unheard = (name: string) =>
  lab.emulator.directory.silently(
    () => lab.emulator.directory.provision(organizationId, { userName: `${name}@acme.example` }).member_id,
  );
const audited = () => lab.database.auditLog.count();

describe('the command line', () => {
  it('shows help for all verbs, and for each one, without any configuration', async () => {
    const all = await supportProcess({ STYTCH_SECRET: undefined }, '--help');
    expect([all.code, all.stderr]).toEqual([0, '']);
    const verbs = [...all.stdout.matchAll(/^ {2}([a-z]+) {2,}[A-Z]/gm)].map(([, verb]) => String(verb));
    const contract = ['status', 'failed', 'show', 'replay', 'resync', 'why', 'held', 'release', 'discard', 'enable'];
    expect(verbs).toEqual(expect.arrayContaining(contract));
    for (const verb of verbs) {
      const one = await support({ STYTCH_SECRET: undefined }, verb, '--help');
      expect([one.code, one.stdout]).toEqual([0, expect.stringContaining(`npm run support -- ${verb}`)]);
    }
  });

  it.each([
    [['frobnicate'], 2, 'usage', 'frobnicate is not a verb'],
    [['replay'], 2, 'usage', 'Name the jobs to replay'],
    [['replay', 'msg_1', '--failed'], 2, 'usage', 'not both'],
    [['replay', 'msg_1', '--team', 'Acme'], 2, 'usage', 'add --failed'],
    [['replay', 'msg_1'], 2, 'usage', 'Say why: --reason'],
    [['replay', 'msg_1', '--reason', '  '], 2, 'usage', 'Say why: --reason'],
    [['failed', '--since', 'yesterday'], 2, 'usage', '--since yesterday is not a time'],
    [['failed', '--colour', 'red'], 2, 'usage', "Unknown option '--colour'"],
    [['failed', '--team', 'Nobody'], 3, 'not_found', 'Scanner has no team Nobody'],
    [['show', 'msg_never'], 3, 'not_found', 'has a job msg_never'],
    [['why', 'nobody@acme.example'], 3, 'not_found', 'Neither Scanner nor Stytch knows nobody@acme.example'],
    [['resync', '--user', 'nobody@acme.example', ...reason], 3, 'not_found', 'Neither Scanner nor Stytch knows'],
    [['resync', ...reason], 2, 'usage', 'Say what to read again'],
    [['release', '00000000-0000-0000-0000-000000000000', ...reason], 3, 'not_found', 'Nothing is held as'],
    [['release', "' OR 1=1", ...reason], 3, 'not_found', 'Nothing is held as'],
    [['enable', 'Nobody', ...reason], 3, 'not_found', 'Scanner has no team Nobody'],
  ])('says what is wrong with %j, and does nothing', async (words, code, error, message) => {
    const before = await audited();
    const answer = await ask(...words, '--json');
    expect([answer.code, answer.stderr.includes('    at ')]).toEqual([code, false]);
    expect(answer.json).toEqual({ error: { code: error, message: expect.stringContaining(message) } });
    expect(await audited()).toBe(before);
  });

  it('writes an error for people to standard error, and nothing to standard output', async () => {
    const answer = await supportProcess(lab.env, 'show', 'msg_never');
    expect([answer.code, answer.stdout]).toEqual([3, '']);
    expect(answer.stderr).toMatch(/^not_found: Neither the queue nor sync_events has a job msg_never/m);
  });

  it('waits for a database that accepts connections slowly, because nothing retries for a person', async () => {
    const DATABASE_URL = new URL(lab.env.DATABASE_URL ?? '');
    const wire = await startWire(Number(DATABASE_URL.port), { openingMs: 4_000 });
    DATABASE_URL.port = String(wire.port);
    const answer = await support({ ...lab.env, DATABASE_URL: DATABASE_URL.href }, 'held', '--json');
    await wire.stop();
    expect([answer.code, answer.json]).toEqual([0, { held: [] }]);
  });

  it.each<[string, (url: URL) => unknown, RegExp]>([
    ['does not exist', (url) => (url.pathname = '/none'), /3D000.*does not exist: create it/],
    ['does not know us', (url) => (url.username = 'nobody'), /28.*does not accept our user.*check DATABASE_URL/],
    ['was never migrated', (url) => (url.pathname = '/postgres'), /42P01.*lacks a table.*run npm run migrate/],
  ])('says what to do about a database that %s', async (_, change, message) => {
    const url = new URL(lab.env.DATABASE_URL ?? '');
    change(url);
    const answer = await support({ ...lab.env, DATABASE_URL: url.href }, 'held', '--json');
    expect([answer.code, answer.json]).toEqual([
      1,
      { error: { code: 'unavailable', message: expect.stringMatching(message) } },
    ]);
  });

  it('exits with 1 and a sentence when the queue or the database is down', async () => {
    const away = { ...lab.env, DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/none' };
    const answer = await supportProcess(away, 'held', '--json');
    expect([answer.code, answer.json]).toEqual([
      1,
      { error: { code: 'unavailable', message: expect.stringContaining('The Scanner database did not answer') } },
    ]);
    const noQueue = { ...lab.env, REDIS_URL: 'redis://127.0.0.1:1' };
    const failed = await support(noQueue, 'failed', '--json');
    expect([failed.code, failed.json]).toEqual([
      1,
      { error: { code: 'unavailable', message: expect.stringContaining('The queue') } },
    ]);
  });

  it('skips unknown jobs, does the rest, and says so with its exit code', async () => {
    const id = await failedHint(lab, organizationId, unheard('p1'));
    const answer = await ask('replay', id, 'msg_never', ...reason, '--json');
    expect([answer.code, answer.json]).toEqual([
      3,
      {
        replayed: [{ id, result: 'changed' }],
        skipped: [{ id: 'msg_never', why: expect.stringContaining('unknown') }],
      },
    ]);
  });

  it('answers a filter that matches nothing, and files nothing', async () => {
    const before = await audited();
    const answer = await ask('replay', '--failed', '--team', teamId, '--until', '2020-01-01', ...reason, '--json');
    expect([answer.code, answer.json]).toEqual([3, { replayed: [], skipped: [] }]);
    expect((await ask('failed', '--type', 'scim.moon')).stdout).toContain(
      'Nothing has failed (failed jobs: type scim.moon)',
    );
    expect(await audited()).toBe(before);
  });

  it('writes failed jobs, one job and a dry run in the shapes that programs rely on', async () => {
    const memberId = unheard('p2');
    const id = await failedHint(lab, organizationId, memberId);
    expect((await ask('failed', '--json')).json).toEqual({
      jobs: [
        {
          ...{ id, teamId, memberId, eventType: 'scim.member.update', attempts: 1 },
          failedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
          error: expect.stringMatching(/^Stytch members.dangerouslyGet: 400 bad_request/),
        },
      ],
    });
    expect((await ask('show', id, '--json')).json).toMatchObject({
      ...{ id, teamId, memberId, state: 'failed', attempts: 1, attemptsMax: 9, queue: 'hints' },
      data: { svixId: id, memberIds: [memberId] },
      errors: [expect.stringContaining('400 bad_request')],
      wouldChange: [{ type: 'user_created', memberId }],
    });
    const plan = await ask('replay', id, '--dry-run', '--json');
    expect([plan.code, plan.json]).toEqual([0, { plan: [{ id, changes: [{ type: 'user_created', memberId }] }] }]);
    expect(await stateOf(lab, id)).toBe('failed');
    await ask('replay', id, ...reason);
  });

  it('takes the login name as the actor when none is given', async () => {
    await ask('resync', '--team', teamId, '--reason', 'who am I');
    const [row] = await lab.database.auditLog.findMany({ where: { reason: 'who am I' } });
    expect(row).toMatchObject({ action: 'resync', target: `team ${teamId}`, actor: expect.stringMatching(/./) });
  });

  it('writes the login of the machine beside what --actor says', async () => {
    await ask('resync', '--team', teamId, '--reason', 'as the president', '--actor', 'president@scanner.dev');
    const [row] = await lab.database.auditLog.findMany({ where: { reason: 'as the president' } });
    const login = `${userInfo().username} on ${hostname()}`;
    expect(row).toMatchObject({ actor: 'president@scanner.dev', details: { login } });
  });

  it('shows equal errors once, with the team and the people by name, whole at any width', async () => {
    await lab.quiet(); // the team was asked to be read again
    const named = { userName: 'w1@acme.example', name: 'Wilhelmina First' };
    const { member_id } = lab.emulator.directory.provision(organizationId, named);
    await lab.quiet();
    const people = [member_id, unheard('w2')];
    const ids: string[] = [];
    for (const memberId of people) ids.push(await failedHint(lab, organizationId, memberId));
    const error = (await ask('show', ids[1] ?? '', '--json')).json as { errors: string[]; errorTimes: string[] };
    const [text = ''] = error.errors;
    const piped = (await supportProcess(lab.env, 'failed', '--team', teamId)).stdout;
    expect(piped.split(text.split(' (')[0] ?? '').length - 1).toBe(1);
    expect(piped).toContain(`2 jobs, `);
    expect(piped).toContain(`scim.member.update, Acme (${teamId})`);
    expect(piped).toContain(`Wilhelmina First <w1@acme.example> (${people[0]})`);
    for (const width of [20, 40, 80, 160]) {
      const out: string[] = [];
      const code = await runVerb(['failed', '--team', teamId], {
        ...{ environment: () => testEnv(lab.env), width, err: async () => {} },
        out: async (some) => void out.push(some),
      });
      const words = out.join('').replaceAll(/\s+/g, ' ');
      expect([width, code, words.includes('…')]).toEqual([width, 0, false]);
      for (const whole of [text, ids[0], ids[1], `Wilhelmina First <w1@acme.example> (${people[0]})`]) {
        expect([width, words.includes(String(whole))]).toEqual([width, true]);
      }
    }
    expect(error.errorTimes).toEqual([expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/)]);
    await ask('replay', ...ids, ...reason);
  });

  it('lists several people who match a part of a name, and shows the only one', async () => {
    for (const name of ['Zoe Adler', 'Zoe Berg']) {
      const email = `${name.replace(' ', '.').toLowerCase()}@acme.example`;
      await lab.database.user.create({ data: { teamId, email, name, scimExternalId: `ext-${email}` } });
    }
    const several = await ask('why', 'zoe', '--json');
    expect([several.code, several.json]).toMatchObject([
      3,
      { people: [], matches: [{ name: 'Zoe Adler', team: { id: teamId, name: 'Acme' } }, { name: 'Zoe Berg' }] },
    ]);
    expect((await ask('why', 'zoe')).stdout).toMatch(
      /Several people match zoe[\s\S]*Zoe Adler <zoe.adler@acme.example>/,
    );
    const one = { people: [{ user: { name: 'Zoe Berg' } }], matches: [] };
    expect((await ask('why', 'oe ber', '--json')).json).toMatchObject(one);
    expect((await ask('why', 'ext-zoe.berg@acme.example', '--json')).json).toMatchObject(one);
  });

  it('says plainly when the identity provider has switched somebody off', async () => {
    const memberId = lab.emulator.directory.provision(organizationId, { userName: 'off@acme.example' }).member_id;
    await lab.quiet();
    lab.emulator.directory.deprovision(memberId);
    await lab.quiet();
    const { stdout } = await ask('why', 'off@acme.example');
    expect(stdout).toContain('NOTHING IS MISSING');
    expect(stdout).toMatch(/The identity provider has switched this person off \(active is false\)\. Scanner took/);
  });

  it('finds a member whom only Stytch knows, by the member id', async () => {
    const memberId = unheard('onlystytch');
    const answer = await ask('why', memberId, '--json');
    expect(answer.json).toMatchObject({ people: [{ user: null, memberId, team: { name: 'Acme' } }] });
    await ask('resync', '--user', memberId, ...reason);
  });

  it('resyncs one person at once, and says what changed', async () => {
    await lab.quiet(); // the team was asked to be read again
    const memberId = unheard('p3');
    const dry = await ask('resync', '--user', 'p3@acme.example', '--dry-run');
    expect([dry.code, dry.stdout]).toEqual([0, expect.stringContaining('+1 user')]);
    const first = await ask('resync', '--user', 'P3@acme.example', ...reason, '--json');
    expect(first.json).toEqual({
      resynced: [{ teamId, memberId, result: 'changed', changes: [{ type: 'user_created', memberId }] }],
      skipped: [],
    });
    const second = await ask('resync', '--user', memberId, ...reason, '--json');
    expect(second.json).toMatchObject({ resynced: [{ result: 'already right', changes: [] }] });
  });

  it('enables a team once', async () => {
    const { id } = await lab.database.team.create({ data: { name: 'Newcomers', stytchOrganizationId: null } });
    const first = await ask('enable', 'newcomers', ...reason, '--json');
    expect([first.code, first.json]).toEqual([
      0,
      { teamId: id, result: 'enabled', next: expect.stringContaining('no Stytch organization yet') },
    ]);
    const second = await ask('enable', id, ...reason, '--json');
    expect([second.code, second.json]).toMatchObject([0, { result: 'already enabled' }]);
    expect(await lab.database.team.findUniqueOrThrow({ where: { id } })).toMatchObject({ ssoScimEnabled: true });
    expect(await lab.database.auditLog.count({ where: { action: 'enable', target: `team ${id}` } })).toBe(1);
  });

  it('shows the state of the system', async () => {
    const answer = await ask('status', '--json');
    expect(answer.json).toMatchObject({
      queues: { hints: { waiting: 0, failed: 0 }, leavers: {}, rereads: {} },
      ...{ failed: 0, held: 0, breaches: 0, slaSeconds: 300, replaysUnderWay: 0, connectedTeams: 1 },
      lag: { changes: expect.any(Number), p50Seconds: expect.any(Number), p99Seconds: expect.any(Number) },
    });
    expect(answer.json).toMatchObject({ verdict: { isGood: true, concerns: [] } });
    await lab.database.teamSync.updateMany({
      where: { teamId },
      data: { suspectSince: new Date('2026-11-20T08:00:00Z') },
    });
    const { stdout } = await ask('status');
    expect(stdout).toMatch(/^✗ 1 thing needs your attention\.\n {2}✗ A worker died while it swept Acme \(/);
    expect(stdout).toContain(`    → resync --team ${teamId} --reason "…"`);
    expect(stdout).toMatch(/^ {2}Lag p50, last hour {2,}\d/m);
  });
});
