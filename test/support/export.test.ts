import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Leaver } from '../../src/support/export/leavers.js';
import { support } from '../helpers/command.js';
import { eventually } from '../helpers/eventually.js';
import { temporaryFolder } from '../helpers/folders.js';
import { type Lab, startLab } from '../helpers/lab.js';

jest.setTimeout(240_000);

let lab: Lab;
let teamId: string;
let organizationId: string;
const ask = (...words: string[]) => support(lab.env, ...words);

beforeAll(async () => {
  lab = await startLab();
  ({ teamId, organizationId } = await lab.team({ name: 'Acme' }));
});
afterAll(() => lab.stop());

const arrive = async (organization: string, name: string) => {
  const person = { userName: `${name}@acme.example`, externalId: `e-${name}`, roles: ['analyst'] };
  const { member_id } = lab.emulator.directory.provision(organization, person);
  await lab.quiet();
  return member_id;
};

it('lists each leaver of the team, and nobody else, from event to confirmation; an edit is found', async () => {
  const beta = await lab.team({ name: 'Beta' });
  const [ada, bob, zoe] = [
    await arrive(organizationId, 'ada'),
    await arrive(organizationId, 'bob'),
    await arrive(beta.organizationId, 'zoe'),
  ];
  await arrive(organizationId, 'stays');
  const owner = await lab.database.user.findUniqueOrThrow({ where: { stytchMemberId: ada } });
  await lab.database.apiKey.create({ data: { teamId, name: 'cli', ownerUserId: owner.id } });
  for (const id of [ada, bob, zoe]) {
    lab.emulator.directory.deprovision(id);
    await lab.quiet(); // one after the other, because the export is in the order of the commits
  }
  lab.emulator.directory.reactivate(bob);
  await lab.quiet();
  expect((await ask('resync', '--user', ada, '--reason', 'confirm')).code).toBe(0);

  const { json } = await ask('export', '--team', 'Acme', '--since', '1h', '--json');
  const { leavers } = json as { leavers: Leaver[] };
  expect(leavers).toMatchObject([
    {
      ...{ stytch_member_id: ada, email: 'ada@acme.example', trigger: 'hint', event_type: 'scim.member.delete' },
      ...{ evidence: 'says_gone', grants_revoked: 1, keys_revoked: 1, returned: null },
      confirmed: expect.any(String),
    },
    { stytch_member_id: bob, keys_revoked: 0, confirmed: null, returned: expect.any(String) },
  ]);
  for (const { event_sent, received, committed, confirmed, returned } of leavers) {
    const times = [event_sent, received, committed, confirmed ?? returned];
    expect(times).toEqual([...times].sort());
  }

  const file = join(temporaryFolder('evidence'), 'leavers.csv');
  const exported = await ask('export', '--team', teamId, '--since', '1h');
  writeFileSync(file, exported.stdout);
  const head = /hash of the last line: ([0-9a-f]{64})/.exec(exported.stderr)?.[1] ?? '';
  const verified = await ask('export', '--verify', file, '--head', head, '--json');
  expect([verified.code, verified.json]).toEqual([0, { leavers: 2, head, verified: true }]);

  writeFileSync(file, readFileSync(file, 'utf8').replace('ada@acme.example', 'eve@acme.example'));
  const edited = await ask('export', '--verify', file, '--json');
  expect([edited.code, edited.json]).toEqual([
    1,
    { error: { code: 'broken_chain', message: expect.stringContaining('breaks at line 3') } },
  ]);
  const anew = await ask('export', '--team', teamId, '--since', '1m', '--format', 'jsonl');
  writeFileSync(file, anew.stdout);
  expect((await ask('export', '--verify', file)).code).toBe(0);
  expect((await ask('export', '--verify', file, '--head', head)).stderr).toContain('it was made anew');
  expect((await ask('export', '--team', teamId)).code).toBe(2);
});

it('an export of a team without leavers is complete', async () => {
  const calm = await lab.team({ name: 'Calm' });
  await eventually(async () =>
    (await ask('export', '--team', calm.teamId, '--since', '1d')).stdout.includes('end of 0 leavers'),
  );
});

it('refuses a time before the first day whose events are kept, and says which day that is', async () => {
  const { code, stdout, stderr } = await ask('export', '--team', 'Acme', '--since', '91d');
  expect([code === 0, stdout]).toEqual([false, '']);
  expect(stderr).toMatch(/The record begins on \d{4}-\d\d-\d\d: events are kept for 90 days .* Use --since 90d/);
  expect((await ask('export', '--team', 'Acme', '--since', '90d')).code).toBe(0);
});
