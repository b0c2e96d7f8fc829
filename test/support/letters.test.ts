import { supportProcess } from '../helpers/command.js';
import { eventually } from '../helpers/eventually.js';
import { type Lab, startLab } from '../helpers/lab.js';
import { failedHint, stateOf } from '../helpers/support.js';

/** Each command is a process of its own, and a CI machine may be three times slower. */
jest.setTimeout(240_000);

/** Two letters from customers, from symptom to cure by the command line alone. Both queues are tried in support-replay. */
describe('a customer writes', () => {
  let lab: Lab;
  let teamId: string;
  let organizationId: string;
  const ask = (...words: string[]) => supportProcess(lab.env, ...words);

  beforeEach(async () => {
    lab = await startLab();
    ({ teamId, organizationId } = await lab.team({ name: 'Acme' }));
  });
  afterEach(() => lab.stop());

  const provision = async (name: string, roles: string[]) => {
    const person = { userName: `${name}@acme.example`, externalId: `ext-${name}`, name, roles };
    const { member_id } = lab.emulator.directory.provision(organizationId, person);
    await lab.quiet();
    return member_id;
  };
  const rowOf = async (memberId: string) => (await lab.rows()).find((row) => row.memberId === memberId);

  it('“Alice left on Monday and can still search”', async () => {
    const alice = await provision('alice', ['analyst']);
    const bob = await provision('bob', ['analyst']);
    const owner = await lab.database.user.findUniqueOrThrow({ where: { stytchMemberId: alice } });
    await lab.database.apiKey.create({ data: { teamId, name: 'cli', ownerUserId: owner.id } });
    // The event only says that she changed, Stytch has a bad moment when it should say how, and nobody replays the job.
    lab.emulator.directory.silently(() => lab.emulator.directory.deprovision(alice));
    const job = await failedHint(lab, organizationId, alice);
    expect(await rowOf(alice)).toMatchObject({ status: 'active', grants: ['scim:analyst (scim)'], keys: ['cli'] });
    const bystander = await rowOf(bob);

    const symptom = await ask('why', 'Alice@Acme.example');
    expect(symptom.code).toBe(0);
    expect(symptom.stdout).toContain('Stytch says that the member is deleted, but the user is still active');
    expect(symptom.stdout).toContain('A scim.member.update failed for good');
    expect(symptom.stdout).toContain(`npm run support -- replay ${job} --dry-run`);
    expect(symptom.stdout).toMatch(/scim:analyst {2}\(scim\) {2}since .*, by hint: scim.member.create msg_/);

    const plan = await ask('replay', job, '--dry-run');
    const named = `${job}  alice <alice@acme.example> (${alice})  +0 users  -1 user  +0 grants  -1 grant`;
    expect([plan.code, plan.stdout]).toEqual([0, expect.stringContaining(named)]);
    expect(await rowOf(alice)).toMatchObject({ status: 'active' });

    const cure = await ask('replay', job, '--reason', 'letter 1', '--actor', 'sam@scanner.dev', '--json');
    expect([cure.code, cure.json]).toEqual([0, { replayed: [{ id: job, result: 'changed' }], skipped: [] }]);
    expect(await rowOf(alice)).toMatchObject({ status: 'deactivated', grants: [], keys: ['cli revoked'] });
    expect(await rowOf(bob)).toEqual(bystander);

    const after = await ask('why', 'alice@acme.example');
    expect(after.stdout).toContain('NOTHING IS MISSING');
    expect((await ask('failed', '--json')).json).toEqual({ jobs: [] });
  });

  it('“our analysts lost their role”', async () => {
    const names = ['ana', 'ben', 'cleo'];
    const members = await Promise.all(names.map((name) => provision(name, ['analyst'])));
    await lab.quiet();
    // The IdP's admin removes the group by mistake and puts it back; of the second half Scanner hears nothing usable.
    for (const id of members) lab.emulator.directory.setRoles(id, []);
    await lab.quiet();
    const jobs: string[] = [];
    for (const id of members) {
      lab.emulator.directory.silently(() => lab.emulator.directory.setRoles(id, ['analyst']));
      jobs.push(await failedHint(lab, organizationId, id));
    }
    const beta = await lab.team({ name: 'Beta' });
    const stranger = lab.emulator.directory.silently(() =>
      lab.emulator.directory.provision(beta.organizationId, { userName: 'zoe@beta.example' }),
    );
    const others = await failedHint(lab, beta.organizationId, stranger.member_id);

    const symptom = await ask('why', 'ana@acme.example');
    expect(symptom.stdout).toMatch(/LOST\n {2}scim:analyst {2}at .*, by hint: scim.member.update msg_/);
    expect(symptom.stdout).toContain('Scanner is behind Stytch by 2 changes');

    const failed = await ask('failed', '--team', 'acme', '--json');
    expect([failed.code, failed.json]).toEqual([0, { jobs: expect.any(Array) }]);
    expect((failed.json as { jobs: { id: string }[] }).jobs.map(({ id }) => id).sort()).toEqual([...jobs].sort());
    const plan = await ask('replay', '--failed', '--team', 'Acme', '--dry-run');
    expect(plan.stdout).toContain('3 jobs: +0 users  -0 users  +3 grants  -0 grants. Nothing was changed.');

    const cure = await ask('replay', '--failed', '--team', 'Acme', '--reason', 'letter 2');
    expect([cure.code, cure.stdout]).toEqual([0, expect.stringContaining('3 replayed, 0 skipped.')]);
    for (const id of members) expect(await rowOf(id)).toMatchObject({ grants: ['scim:analyst (scim)'] });
    expect(await stateOf(lab, others)).toBe('failed');
    expect(await rowOf(stranger.member_id)).toBeUndefined();
    await eventually(async () => expect(await lab.database.auditLog.count({ where: { reason: 'letter 2' } })).toBe(2));
  });
});
