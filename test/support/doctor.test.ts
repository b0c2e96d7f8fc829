import { connectLookups } from '../../src/stytch/lookups.js';
import type { Finding } from '../../src/support/doctor/check.js';
import { clockFinding } from '../../src/support/doctor/check-clock.js';
import { permissionFindings } from '../../src/support/doctor/check-permissions.js';
import { runningFindings } from '../../src/support/doctor/check-running.js';
import { teamFindings } from '../../src/support/doctor/check-stytch.js';
import { webhookFinding } from '../../src/support/doctor/check-webhook.js';
import { type CommandResult, support } from '../helpers/command.js';
import { eventually } from '../helpers/eventually.js';
import { type Lab, startLab } from '../helpers/lab.js';
import { secret } from '../helpers/webhook.js';

jest.setTimeout(240_000);

const statuses = (findings: readonly Finding[]) => findings.map(({ check, status }) => `${check}: ${status}`);

describe('pure judgement', () => {
  it('of workers, schedules and the rate budget', () => {
    const good = { workers: 1, connected: 3, unswept: 0, pages: 3, busiestMinute: 5 };
    const settings = { sweepIntervalSeconds: 240, searchesPerMinute: 100 };
    expect(statuses(runningFindings(good, settings))).toEqual(['workers: ok', 'schedules: ok', 'rate budget: ok']);
    expect(statuses(runningFindings({ ...good, workers: 0, unswept: 1, pages: 400 }, settings))).toEqual([
      'workers: problem',
      'schedules: problem',
      'rate budget: warning',
    ]);
  });

  it.each([
    [403, 'ok'],
    [401, 'problem'],
    [301, 'problem'],
    [404, 'problem'],
    [503, 'problem'],
  ])('of a receiver that answers %s', (status, expected) => {
    expect(webhookFinding('webhook secret 1', status, 'https://x/webhooks/stytch').status).toBe(expected);
  });

  it('of a clock', () => {
    const sentMs = Date.parse('2026-11-24T09:00:00Z');
    const reading = (theirs: string, receivedMs = sentMs) => ({ sentMs, receivedMs, theirsMs: Date.parse(theirs) });
    expect(clockFinding(reading('2026-11-24T09:00:02Z')).status).toBe('ok');
    expect(clockFinding(reading('2026-11-24T09:04:00Z')).status).toBe('warning');
    expect(clockFinding(reading('2026-11-24T09:00:40Z', sentMs + 60_000)).status).toBe('ok'); // its answer took a minute
    expect(clockFinding(reading('')).status).toBe('unknown');
  });

  it('of teams and organizations', () => {
    const team = { id: 'team-1', organizationId: 'org-1', enabled: true };
    const organization = { id: 'org-1', name: 'Acme', hasScim: true, tokenExpiresAt: null, roles: [] };
    expect(statuses(teamFindings([team], [organization]))).toEqual(['teams: ok']);
    expect(teamFindings([], [organization])[0]?.found).toBe('1 organization without a team: org-1');
    expect(teamFindings([{ ...team, organizationId: null }], [])[0]?.found).toContain('without an organization');
    expect(teamFindings([team], [])[0]).toMatchObject({ status: 'problem' });
    expect(teamFindings([{ ...team, enabled: false }], [organization])[0]?.found).toContain('not enabled: team-1');
  });
});

describe('the roles of the Stytch project that may use our pages', () => {
  const role = (id: string, resource: string, ...actions: string[]) => ({ id, permissions: [{ resource, actions }] });
  const admin = role('stytch_admin', 'stytch.scim', '*');
  const support = role('scanner_support', 'scanner', 'support');
  const organization = (id: string, ...roles: (typeof admin)[]) => ({
    id,
    name: id,
    hasScim: true,
    tokenExpiresAt: null,
    roles,
  });
  const judged = (roles: (typeof admin)[], ...organizations: ReturnType<typeof organization>[]) =>
    permissionFindings({ projectRoles: roles, organizations, supportOrganizationId: 'own' });

  it('are fine when roles for admins and for support have the permissions', () => {
    const found = judged([admin, support]).map((finding) => `${finding.status}: ${finding.found}`);
    expect(found).toEqual([
      'ok: stytch.scim is allowed to stytch_admin (create, get, update, delete)',
      'ok: scanner.support is allowed to scanner_support',
    ]);
    const several = [role('maker', 'stytch.scim', 'create', 'update', 'delete'), role('viewer', 'stytch.scim', 'get')];
    expect(judged([...several, role('other_way', 'scanner.support', 'access')]).map(({ status }) => status)).toEqual([
      'ok',
      'ok',
    ]);
  });

  it('are a problem when no role may use stytch.scim, or only a part of it', () => {
    const [none] = judged([role('stytch_admin', 'stytch.sso', '*'), support]);
    expect(none).toMatchObject({
      status: 'problem',
      found: expect.stringContaining('no role of the project may create, get, update, delete on stytch.scim'),
      next: expect.stringMatching(/^In Stytch's dashboard, under Roles & Permissions, give a role .* stytch\.scim/),
    });
    const [some] = judged([role('viewer', 'stytch.scim', 'get', 'update'), support]);
    expect(some).toMatchObject({
      status: 'problem',
      found: expect.stringMatching(/may create, delete on.*viewer \(get/),
    });
  });

  it('are a warning when only some organizations have a role for it, or everybody has the permission', () => {
    const [own] = judged([support], organization('a', role('local_admin', 'stytch.scim', '*')), organization('b'));
    expect(own).toMatchObject({ status: 'warning', found: expect.stringContaining('only 1 of 2 organizations') });
    const [everybody] = judged([admin, role('stytch_member', 'stytch.scim', '*')]);
    expect(everybody).toMatchObject({ status: 'warning', found: expect.stringContaining('which everybody has') });
    expect(judged([admin, role('stytch_member', 'stytch.scim', 'get')])[0]?.status).toBe('ok');
  });

  it('are a problem when nobody may use /support', () => {
    const [, nobody] = judged([admin, role('scanner_support', 'scanner', 'read')]);
    expect(nobody).toMatchObject({ status: 'problem', next: expect.stringContaining('make a resource “scanner”') });
    expect(judged([admin], organization('own', support))[1]?.status).toBe('ok');
    expect(judged([admin], organization('a-customer', support))[1]?.status).toBe('problem');
    expect(judged([role('stytch_member', 'scanner', '*')])[1]?.status).toBe('warning');
  });
});

describe('on a running set-up', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab({ support: true, schedules: true });
  });
  afterAll(() => lab.stop());

  const findingsOf = ({ json }: CommandResult) => (json as { findings: Finding[] }).findings;
  const ask = (env: Record<string, string | undefined>, ...words: string[]) =>
    support({ ...lab.env, PUBLIC_URL: lab.url, ...env }, 'doctor', ...words, '--json');

  it('finds no problem when there is none, and changes nothing', async () => {
    await lab.team({ name: 'Acme' });
    await eventually(async () => (await lab.database.workerReport.count()) > 0);
    const before = await lab.database.auditLog.count();
    const answer = await ask({});
    const findings = findingsOf(answer);
    const problems = findings.filter(({ status }) => status === 'problem');
    // A team that was just made waits for its first sweep, and a test's Redis need not survive.
    expect(problems.filter(({ check }) => check !== 'schedules')).toEqual([]);
    expect(statuses(findings)).toEqual(
      expect.arrayContaining([
        'credentials: ok',
        'webhook secret 1: ok',
        'migrations: ok',
        'clock: ok',
        'database: ok',
      ]),
    );
    expect(findings.every(({ status, next }) => status === 'ok' || next !== null)).toBe(true);
    expect(await lab.database.auditLog.count()).toBe(before);
    expect(await lab.database.syncEvent.count({ where: { eventType: { startsWith: 'doctor' } } })).toBe(0);
  });

  it('says what to do about wrong credentials, another secret, and no receiver; and shows no secret', async () => {
    const other = 'whsec_YW5vdGhlci1zZWNyZXQtYW5vdGhlci1zZWNyZXQ=';
    const answer = await ask({ STYTCH_SECRET: 'secret-wrong', STYTCH_WEBHOOK_SECRETS: `${secret},${other}` });
    expect(answer.code).toBe(1);
    const findings = findingsOf(answer);
    expect(statuses(findings)).toEqual(
      expect.arrayContaining(['credentials: problem', 'webhook secret 1: ok', 'webhook secret 2: problem']),
    );
    expect(findings.find(({ check }) => check === 'credentials')?.found).toContain('401 unauthorized_credentials');
    expect(answer.stdout + answer.stderr).not.toMatch(/secret-wrong|whsec_/);
    const nobody = findingsOf(await ask({ PUBLIC_URL: 'http://127.0.0.1:1' }));
    expect(nobody.find(({ check }) => check === 'webhook secret 1')?.found).toContain("can't be reached");
  });

  it('reads the policy of the project', async () => {
    lab.emulator.switches.rolesGrantScim = false;
    const answer = await ask({ SUPPORT_ORGANIZATION_ID: 'organization-test-nobody' });
    lab.emulator.switches.rolesGrantScim = true;
    const problems = findingsOf(answer).filter(({ status }) => status === 'problem');
    expect([answer.code, problems.map(({ check, found }) => `${check}: ${found}`)]).toEqual([
      1,
      expect.arrayContaining([
        'addresses: SUPPORT_ORGANIZATION_ID is no organization of this Stytch project',
        expect.stringContaining('permission for Settings > SCIM: no role of the project may create'),
      ]),
    ]);
  });

  it('reports a database that is down once, with its own advice', async () => {
    const findings = findingsOf(await ask({ DATABASE_URL: 'postgresql://postgres@127.0.0.1:1/scanner' }));
    expect(findings.filter(({ status }) => status === 'problem').map(({ check }) => check)).toEqual(['database']);
    const waiting = findings.filter(({ next }) => next === 'See the finding on the database.');
    expect(waiting.map(({ check, status }) => `${check}: ${status}`)).toEqual([
      'teams: unknown',
      'events: unknown',
      'workers: unknown',
    ]);
    expect(findings).toContainEqual(expect.objectContaining({ check: 'credentials', status: 'ok' }));
  });

  it('reports what is wrong with Redis, with its error code', async () => {
    const answer = await ask({ REDIS_URL: 'redis://127.0.0.1:1' });
    expect(answer.code).toBe(1);
    expect(findingsOf(answer).find(({ check }) => check === 'redis')).toEqual({
      ...{ check: 'redis', status: 'problem', next: 'Correct REDIS_URL, or start Redis there.' },
      found: '127.0.0.1:1: nothing listens at its address (ECONNREFUSED)',
    });
  });

  it('ends a list of organizations for each form of the last page', async () => {
    for (const endOfList of ['empty', 'missing', 'noMetadata'] as const) {
      lab.emulator.switches.endOfList = endOfList;
      const before = lab.emulator.calls.count('organizations.search');
      await ask({});
      expect(lab.emulator.calls.count('organizations.search') - before).toBe(1);
    }
    lab.emulator.switches.endOfList = 'null';
  });

  it.each([
    [{}, {}],
    [{ deactivatedStatus: 'deactivated', getReturnsDeleted: true, rotationTokens: 'old', createStatus: 201 }, {}],
    [
      { groupEvents: 'B', jsonStringRoles: 'normalise', connectionDeletion: 'membersDeleted' },
      { getWithoutConnection: 'empty' },
    ],
  ] as const)('--probe measures a Stytch that behaves like %j, and leaves nothing behind', async (a, b) => {
    Object.assign(lab.emulator.switches, a, b);
    const rows = await lab.rows();
    const before = await organizationsOf(lab);
    const answer = await ask({}, '--probe');
    const facts = new Map(
      (answer.json as { facts: { question: string; answer: string }[] }).facts.map((fact) => [
        fact.question,
        fact.answer,
      ]),
    );
    const { switches } = lab.emulator;
    expect(facts.get('status after PATCH active=false')).toContain(`member ${switches.deactivatedStatus} `);
    expect(facts.get('members.get of a deactivated member')).toContain(switches.getReturnsDeleted ? '200' : '404');
    expect(facts.get('create a second connection')).toBe('400 active_scim_connection_exists');
    expect(facts.get('get a connection where there is none')).toContain(
      switches.getWithoutConnection === 'empty' ? 'without a connection' : 'no_active_scim_connection',
    );
    expect(facts.get('status code of creating a connection')).toBe(String(switches.createStatus));
    expect(facts.get('between rotation start and complete')).toBe(
      `the old token works, the new one ${switches.rotationTokens === 'both' ? 'works' : 'is refused'}`,
    );
    expect(facts.get('a role whose value is the text of JSON')).toContain(
      switches.jsonStringRoles === 'passThrough' ? 'the text of JSON' : 'unwrapped: probe_role',
    );
    expect(facts.get('webhooks that all this fired')).toContain('scim.member.create');
    expect(facts.get('webhooks that all this fired')).toContain(
      switches.groupEvents === 'A' ? 'scim.scim_group.create' : 'scim.idp_group.create',
    );
    expect(await organizationsOf(lab)).toEqual(before);
    expect(await lab.rows()).toEqual(rows);
  });

  it('--probe refuses a live project', async () => {
    const answer = await ask({ STYTCH_PROJECT_ID: 'project-live-1' }, '--probe');
    expect([answer.code, answer.json]).toEqual([
      2,
      { error: { code: 'usage', message: expect.stringContaining('test project only') } },
    ]);
  });
});

async function organizationsOf({ emulator: { projectId, secret: key, url } }: Lab): Promise<string[]> {
  const lookups = connectLookups({ projectId, secret: key, baseUrl: url });
  const { organizations } = await lookups.organizations();
  return organizations.map(({ name }) => name).sort();
}
