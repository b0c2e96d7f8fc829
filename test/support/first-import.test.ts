import { support } from '../helpers/command.js';
import { callsOf, signInSupport } from '../helpers/console.js';
import { type Lab, startLab } from '../helpers/lab.js';
import { seedTeam } from '../helpers/rows.js';

const reason = ['--reason', 'ticket 4711', '--actor', 'sam@scanner.dev'];
let lab: Lab;
let count = 0;

beforeAll(async () => {
  lab = await startLab({ support: true });
});
afterAll(() => lab.stop());

const ask = (...words: string[]) => support(lab.env, ...words);
const organization = (name: string) =>
  lab.emulator.directory.silently(() => lab.emulator.organizations.create({ name }).organization_id);
/** A team that Scanner had before SCIM. */
const oldTeam = async () => {
  const name = `Customer ${++count}`;
  const teamId = await seedTeam(lab.database, {
    name,
    organizationId: null,
    roles: ['scim:analyst'],
    connected: false,
  });
  return { name, teamId, organizationId: organization(name) };
};
const linksOf = (teamId: string) =>
  lab.database.auditLog.findMany({ where: { action: 'link', target: `team ${teamId}` } });
const organizationOf = async (id: string) =>
  (await lab.database.team.findUniqueOrThrow({ where: { id } })).stytchOrganizationId;

describe('link', () => {
  it('links a team once, checked with Stytch and audited, and says what comes next', async () => {
    const { name, teamId, organizationId } = await oldTeam();
    const first = await ask('link', name, organizationId, ...reason, '--json');
    expect(first).toMatchObject({ code: 0, json: { teamId, organizationId, result: 'linked' } });
    expect(String((first.json as { next: string }).next)).toContain(`enable ${teamId}`);
    expect(await organizationOf(teamId)).toBe(organizationId);
    const again = await ask('link', name, organizationId, ...reason, '--json');
    expect(again).toMatchObject({ code: 0, json: { result: 'already linked' } });
    expect(await linksOf(teamId)).toMatchObject([
      { actor: 'sam@scanner.dev', reason: 'ticket 4711', details: { teamId, organizationId } },
    ]);
  });

  it.each([
    ['an organization that Stytch does not know', 'organization-test-nobody', 3, 'Stytch has no organization'],
    ['what is no id', '../../secrets', 3, 'Stytch has no organization'],
    ['no reason', null, 2, 'Say why'],
  ])('refuses %s, and changes nothing', async (_, wanted, code, message) => {
    const { teamId, organizationId } = await oldTeam();
    const answer = await ask('link', teamId, wanted ?? organizationId, ...(wanted === null ? [] : reason), '--json');
    expect(answer).toMatchObject({ code, json: { error: { message: expect.stringContaining(message) } } });
    expect([await organizationOf(teamId), await linksOf(teamId)]).toEqual([null, []]);
  });

  it('refuses an organization of another team, and another organization for a team', async () => {
    const [one, other] = [await oldTeam(), await oldTeam()];
    expect((await ask('link', one.teamId, one.organizationId, ...reason)).code).toBe(0);
    const taken = await ask('link', other.teamId, one.organizationId, ...reason, '--json');
    expect(taken.json).toMatchObject({
      error: { message: expect.stringContaining('Another team has the organization') },
    });
    const second = await ask('link', one.teamId, other.organizationId, ...reason, '--json');
    expect(second.json).toMatchObject({ error: { message: expect.stringContaining('has the organization') } });
    expect([await organizationOf(one.teamId), await organizationOf(other.teamId)]).toEqual([one.organizationId, null]);
  });

  it('does the same in the console', async () => {
    const { name, teamId, organizationId } = await oldTeam();
    const sam = await signInSupport(lab);
    expect((await callsOf(lab, null).post('/teams', {})).status).toBe(401);
    expect((await sam.get('/teams')).text).toContain(name);
    const wrong = await sam.post('/teams', {
      team: teamId,
      organization: 'organization-test-x',
      reason: 'ticket 4711',
    });
    expect([wrong.status, wrong.text.includes('Stytch has no organization')]).toEqual([404, true]);
    const sent = await sam.post('/teams', { team: teamId, organization: organizationId, reason: 'ticket 4711' });
    expect([sent.status, sent.location]).toEqual([303, expect.stringContaining('/support/teams?done=')]);
    expect(await linksOf(teamId)).toMatchObject([{ actor: sam.email }]);
    expect((await sam.get('/teams')).text).not.toContain(name);
  });
});

describe('the dry run of a first import', () => {
  it('says who is linked, who created, and who has access without being in the directory, and writes nothing', async () => {
    const { teamId, organizationId } = await oldTeam();
    const { directory } = lab.emulator;
    directory.silently(() => {
      for (const name of ['Ada', 'new'])
        directory.provision(organizationId, { userName: `${name}@acme.example`, roles: ['analyst'] });
    });
    const role = await lab.database.role.create({ data: { teamId, name: 'owner' } });
    for (const email of ['ada@acme.example', '=cmd@acme.example', 'left@acme.example']) {
      const status = email.startsWith('left') ? 'deactivated' : 'active';
      const { id: userId } = await lab.database.user.create({ data: { teamId, email, status } });
      await lab.database.roleGrant.create({ data: { userId, roleId: role.id } });
    }
    await ask('link', teamId, organizationId, ...reason);
    const before = [await lab.rows(), await lab.database.syncEvent.count(), await lab.database.auditLog.count()];
    const dry = await ask('resync', '--team', teamId, '--dry-run', '--json');
    expect(dry.json).toMatchObject({
      resynced: [
        { summary: { linked: 1, created: 1, reactivated: 0, updated: 0, deactivated: 0, held: 0, notInDirectory: 1 } },
      ],
    });
    const text = await ask('resync', '--team', teamId, '--dry-run');
    expect(text.stdout).toContain('1 linked to a user that is there, 1 created');
    expect(text.stdout).toContain('1 user has access today, is not in the directory and would keep it');
    const csv = (await ask('resync', '--team', teamId, '--dry-run', '--csv')).stdout.trim().split('\n');
    expect(csv[0]).toBe('action,email,user,member,roles today,roles gained,roles lost,live API keys');
    expect(csv.slice(1).sort()).toEqual([
      expect.stringMatching(/^create,new@acme\.example,,member-[^,]+,,scim:analyst,,0$/),
      expect.stringMatching(/^keeps access,'=cmd@acme\.example,[^,]+,,owner \(manual\),,,0$/),
      expect.stringMatching(/^link,ada@acme\.example,[^,]+,member-[^,]+,owner \(manual\),scim:analyst,,0$/i),
    ]);
    expect([await lab.rows(), await lab.database.syncEvent.count(), await lab.database.auditLog.count()]).toEqual(
      before,
    );
  });

  it('names each of those who would be held', async () => {
    const { teamId, organizationId } = await oldTeam();
    await ask('link', teamId, organizationId, ...reason);
    const people = Array.from({ length: 12 }, (_, n) => ({
      teamId,
      email: `p${n}@held.example`,
      stytchMemberId: `member-held-${n}`,
    }));
    await lab.database.user.createMany({ data: people.map((one) => ({ ...one, createdAt: new Date(0) })) });
    const dry = await ask('resync', '--team', teamId, '--dry-run', '--json');
    expect(dry.json).toMatchObject({ resynced: [{ held: 12, summary: { held: 12, notInDirectory: 0 } }] });
    const csv = (await ask('resync', '--team', teamId, '--dry-run', '--csv')).stdout.trim().split('\n').slice(1);
    expect(csv.map((line) => line.split(',')[1]).sort()).toEqual(people.map(({ email }) => email).sort());
    expect(csv.every((line) => line.startsWith('hold,'))).toBe(true);
  });
});
