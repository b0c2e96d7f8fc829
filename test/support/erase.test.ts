import type { Leaver } from '../../src/support/export/leavers.js';
import { verifyEvidence } from '../../src/support/export/verify-evidence.js';
import { support } from '../helpers/command.js';
import { silent } from '../helpers/config.js';
import { signInSupport } from '../helpers/console.js';
import { eventually } from '../helpers/eventually.js';
import { type Lab, startLab } from '../helpers/lab.js';

jest.setTimeout(240_000);

let lab: Lab;
let teamId: string;
let organizationId: string;
const ask = (...words: string[]) => support(lab.env, ...words);
const because = ['--reason', 'request for erasure, ticket 4711', '--actor', 'sam@scanner.dev'];

beforeAll(async () => {
  lab = await startLab({ support: true });
  ({ teamId, organizationId } = await lab.team({ name: 'Acme' }));
});
afterAll(() => lab.stop());

type Somebody = { id: string; memberId: string };

async function arrive(name: string): Promise<Somebody> {
  const person = {
    userName: `${name}@acme.example`,
    externalId: `e-${name}`,
    roles: ['analyst'],
    displayName: `The ${name}`,
  };
  const { member_id: memberId } = lab.emulator.directory.provision(organizationId, person);
  await lab.quiet();
  const { id } = await lab.database.user.findUniqueOrThrow({ where: { stytchMemberId: memberId } });
  return { id, memberId };
}

/** Somebody who came, had a key, was read by support, and left a while ago. */
async function leaver(name: string): Promise<Somebody> {
  const somebody = await arrive(name);
  const { id, memberId } = somebody;
  await lab.database.apiKey.create({ data: { teamId, name: `${name}@laptop`, ownerUserId: id } });
  lab.emulator.directory.deprovision(memberId);
  await lab.quiet();
  const ended = () => lab.database.syncEvent.count({ where: { userId: id, trigger: 'session' } });
  await eventually(async () => (await ended()) === 1);
  await lab.database.user.update({ where: { id }, data: { deactivatedAt: new Date(Date.now() - 120_000) } });
  return somebody;
}

/** Everything that the database knows, table by table, as text. */
async function everything(): Promise<Record<string, string[]>> {
  const tables = await lab.database.$queryRaw<{ name: string }[]>`
    SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname IN ('public', 'scim')`;
  const rows: Record<string, string[]> = {};
  for (const { name } of tables) {
    const found = await lab.database.$queryRawUnsafe<{ row: string }[]>(`SELECT t::text AS row FROM ${name} t`);
    rows[name] = found.map(({ row }) => row);
  }
  return rows;
}

async function traces(texts: string[]): Promise<string[]> {
  const all = Object.entries(await everything());
  return all.flatMap(([table, rows]) =>
    rows.filter((row) => texts.some((text) => row.includes(text))).map(() => table),
  );
}

async function exported(): Promise<Leaver[]> {
  const answer = await ask('export', '--team', teamId, '--since', '1h', '--json');
  return (answer.json as { leavers: Leaver[] }).leavers;
}

it('leaves no name of the person in any table, and the evidence under their id', async () => {
  const ada = await leaver('ada');
  const linda = await leaver('linda');
  const texts = ['ada@acme.example', 'The ada', ada.memberId, 'e-ada', 'ada@laptop'];
  await ask(
    'resync',
    '--user',
    ada.memberId,
    '--reason',
    'Ada@acme.example, not linda@acme.example, wrote',
    '--actor',
    'sam@scanner.dev',
  );
  expect((await traces(texts)).length).toBeGreaterThan(5);
  const others = (await everything())['public.users']?.filter((row) => !row.includes(ada.id));

  const answer = await ask('erase', 'ADA@acme.example', '--reason', 'ada@acme.example asked for it', '--json');
  expect([answer.code, answer.json]).toEqual([
    0,
    {
      erased: {
        userId: ada.id,
        counts: expect.objectContaining({ users: 1, idp_role_values: 0, api_keys: 1, evidence: 1 }),
      },
    },
  ]);
  const left = (await traces([...texts, 'Ada@acme.example'])).filter((table) => !/replay/.test(table));
  expect(left.filter((table) => table !== 'scim.audit_log')).toEqual([]);
  expect((await everything())['scim.audit_log']?.join().replaceAll('linda@acme.example', '')).not.toMatch(/ada@acme/i);

  const mine = await lab.database.auditLog.findMany({
    where: { OR: [{ target: `user ${ada.id}` }, { target: `member ${ada.id}` }] },
    orderBy: { id: 'asc' },
  });
  expect(mine).toMatchObject([
    { action: 'resync', actor: 'sam@scanner.dev', reason: `${ada.id}, not linda@acme.example, wrote` },
    { action: 'erase', reason: `${ada.id} asked for it`, details: { login: expect.any(String), erased: { users: 1 } } },
  ]);
  expect((await everything())['public.users']?.filter((row) => !row.includes(ada.id))).toEqual(others);
  expect(await exported()).toMatchObject([
    { user_id: ada.id, email: null, stytch_member_id: null, salt: null, confirmed: null, evidence: 'says_gone' },
    { user_id: linda.id, email: 'linda@acme.example' },
  ]);
  const file = await ask('export', '--team', teamId, '--since', '1h', '--format', 'jsonl');
  expect(verifyEvidence(file.stdout)).toMatchObject({ leavers: 2 });
});

it('finds nothing left at the second time, and a person who returns gets a user of their own', async () => {
  const bob = await leaver('bob');
  expect((await ask('erase', bob.id, ...because)).code).toBe(0);
  const again = await ask('erase', bob.id, ...because, '--json');
  expect(again.json).toMatchObject({ erased: { counts: { evidence: 0, sync_events: 0, api_keys: 0 } } });
  lab.emulator.directory.reactivate(bob.memberId);
  await lab.quiet();
  const returned = await lab.database.user.findUniqueOrThrow({ where: { stytchMemberId: bob.memberId } });
  expect(returned).toMatchObject({ status: 'active', email: 'bob@acme.example' });
  expect(returned.id).not.toBe(bob.id);
});

it('counts in a dry run, and erases nothing', async () => {
  const cleo = await leaver('cleo');
  const before = await everything();
  const answer = await ask('erase', 'cleo@acme.example', '--dry-run', '--json');
  expect(answer.json).toMatchObject({ wouldErase: { userId: cleo.id, counts: { users: 1, evidence: 1 } } });
  expect(await everything()).toEqual(before);
});

it('refuses an active person, one who has just left, several, and nobody; and does nothing', async () => {
  const dora = await arrive('dora');
  const before = await lab.database.auditLog.count();
  const other = await lab.team({ name: 'Other' });
  await lab.database.user.create({ data: { teamId: other.teamId, email: 'DORA@acme.example', status: 'deactivated' } });
  const refused = async (...words: string[]) => (await ask('erase', ...words, ...because, '--json')).json;
  const error = (code: string, message: string) => ({ error: { code, message: expect.stringContaining(message) } });
  expect(await refused('dora@acme.example')).toEqual(error('ambiguous', dora.id));
  expect(await refused('dora@acme.example', '--team', 'Acme')).toEqual(error('conflict', 'is active'));
  lab.emulator.directory.deprovision(dora.memberId);
  await lab.quiet();
  expect(await refused(dora.id)).toEqual(error('conflict', 'Try again in a minute'));
  expect(await refused('nobody@acme.example')).toEqual(error('not_found', 'Scanner has no user'));
  expect((await ask('erase', dora.id)).code).toBe(2); // no reason
  expect(await lab.database.auditLog.count()).toBe(before);
});

it('is a button of the console, for people who have left; and looks at people are in read_log', async () => {
  const [eve, fred] = [await leaver('eve'), await arrive('fred')];
  const sam = await signInSupport(lab);
  const look = async (who: string) => {
    const { location } = await sam.post('/why', { who });
    return (await sam.get(String(location).replace('/support', ''))).text;
  };
  expect(await look('eve@acme.example')).toContain('Erase this person');
  expect(await look('fred@acme.example')).not.toContain('Erase this person');
  await ask('why', 'fred@acme.example');
  const reads = await lab.database.readLog.findMany({ where: { action: 'why' }, orderBy: { id: 'asc' } });
  expect(reads).toMatchObject([
    { actor: sam.email, target: `user ${eve.id}`, details: {} },
    { actor: sam.email, target: `user ${fred.id}`, details: {} },
    { actor: expect.any(String), target: `user ${fred.id}`, details: { login: expect.stringContaining(' on ') } },
  ]);
  const erased = await sam.post('/erase', { userId: eve.id, reason: 'ticket 4711' });
  expect(erased).toMatchObject({ status: 303, location: expect.stringContaining(`User+${eve.id}+is+erased`) });
  expect(await traces(['eve@acme.example', eve.memberId])).toEqual([]);
  expect((await sam.get(String(erased.location).replace('/support', ''))).text).toContain('is erased');
});

it('a worker that hears of an erased person again changes nothing', async () => {
  const gina = await leaver('gina');
  await ask('erase', gina.id, ...because);
  const worker = await lab.startWorker(silent);
  await ask('resync', '--team', 'Acme', ...because);
  await lab.quiet();
  await worker.stop();
  expect(await lab.database.user.count({ where: { stytchMemberId: gina.memberId } })).toBe(0);
  expect(await lab.database.user.findUniqueOrThrow({ where: { id: gina.id } })).toMatchObject({
    status: 'deactivated',
    name: '',
  });
});
