import { readFileSync, writeFileSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { noteHeads } from '../../src/monitoring/note-heads.js';
import type { Leaver } from '../../src/support/export/leavers.js';
import { support, supportProcess } from '../helpers/command.js';
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

it('says where the record begins, when an earlier time is asked for', async () => {
  const early = await ask('export', '--team', 'Acme', '--since', '91d');
  const begins = await lab.database.evidenceBegin.findFirstOrThrow({ orderBy: { id: 'desc' } });
  const time = begins.beginsAt.toISOString();
  expect([early.code, early.stdout.split('\n')[1]]).toEqual([
    0,
    expect.stringContaining(`since ${time}; the record begins ${time}; the entry before is ${'0'.repeat(64)}`),
  ]);
  expect(early.stderr).toMatch(
    /^The record begins \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC; the file has nothing earlier\.$/m,
  );
  const late = await ask('export', '--team', 'Acme', '--since', new Date().toISOString(), '--json');
  expect(late.json).toMatchObject({ leavers: [], recordBegins: time });
  expect(late.stderr).not.toContain('The record begins');
});

it('keeps a line when the event is not kept any more', async () => {
  const lines = async () =>
    ((await ask('export', '--team', 'Acme', '--since', '1h', '--json')).json as { leavers: Leaver[] }).leavers;
  const before = await lines();
  expect(before.length).toBeGreaterThan(1);
  await lab.database.syncEvent.deleteMany();
  expect(await lines()).toEqual(before);
});

it('verifies a file without any configuration, and by the heads that a worker noted', async () => {
  const folder = temporaryFolder('evidence');
  const [file, heads] = [join(folder, 'leavers.jsonl'), join(folder, 'heads.jsonl')];
  writeFileSync(file, (await ask('export', '--team', 'Acme', '--since', '1h', '--format', 'jsonl')).stdout);
  const logged: object[] = [];
  await noteHeads({ database: lab.database, file: heads, onHeads: (heads) => logged.push(heads) });
  const offline = (...words: string[]) =>
    supportProcess({ STYTCH_SECRET: undefined, STYTCH_PROJECT_ID: undefined }, 'export', ...words);
  const plain = await offline('--verify', file);
  expect([plain.code, plain.stdout]).toEqual([0, expect.stringContaining('Verified: 2 leavers, nothing edited.')]);
  const noted = await offline('--verify', file, '--heads', heads);
  expect([noted.code, noted.stdout]).toEqual([0, expect.stringContaining('1 noted head in it, all the same.')]);
  expect(logged).toEqual([
    {
      heads: expect.arrayContaining([
        { team: teamId, line: 2, hash: expect.any(String), committed: expect.any(String) },
      ]),
    },
  ]);

  // Somebody who owns the tables makes the chain anew, without the first leaver's true time.
  await lab.database.$executeRaw`ALTER TABLE evidence DISABLE TRIGGER USER`;
  await lab.database.$executeRaw`UPDATE evidence SET committed = committed - interval '1 hour' WHERE line = 1`;
  for (const line of [1, 2]) {
    await lab.database.$executeRaw`
      UPDATE evidence e SET previous = COALESCE((SELECT b.hash FROM evidence b WHERE b.team_id = e.team_id AND b.line = e.line - 1),
        e.previous) WHERE line = ${line}`;
    await lab.database
      .$executeRaw`UPDATE evidence e SET hash = evidence_hash(ARRAY[e.previous, e.line::text, e.user_id::text, e.identity, e.trigger,
        e.event_type, e.event_id, e.svix_id, e.because, evidence_time(e.event_sent), evidence_time(e.received),
        evidence_time(e.committed), e.grants_revoked::text, e.keys_revoked::text]) WHERE line = ${line}`;
  }
  await lab.database.$executeRaw`ALTER TABLE evidence ENABLE TRIGGER USER`;
  writeFileSync(file, (await ask('export', '--team', 'Acme', '--since', '2h', '--format', 'jsonl')).stdout);
  const anew = await offline('--verify', file);
  expect([anew.code, anew.stdout]).toEqual([0, expect.stringContaining('Verified')]);
  const told = await offline('--verify', file, '--heads', heads);
  expect([told.code, told.stderr]).toEqual([1, expect.stringContaining('The chain was made anew: entry 2')]);
});

it('is in read_log, with the login of the machine; a verification is not', async () => {
  const before = await lab.database.readLog.count();
  await ask('export', '--team', 'Acme', '--since', '1h');
  const rows = await lab.database.readLog.findMany({ orderBy: { id: 'asc' }, skip: before });
  expect(rows).toMatchObject([
    {
      action: 'export',
      target: `team ${teamId}`,
      actor: userInfo().username,
      details: { login: `${userInfo().username} on ${hostname()}` },
    },
  ]);
});
