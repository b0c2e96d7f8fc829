import { revokeSessions } from '../src/reconcile/revoke-sessions.js';
import { connectSessions, type StytchSessions } from '../src/stytch-sessions.js';
import { why } from '../src/support/why.js';
import { ownTeam } from './support/own-team.js';
import { supportOf } from './support/support.js';

const own = ownTeam();
let stytch: StytchSessions;
let ada: string;
let bob: string;
const failures: unknown[] = [];
const emulator = () => own.lab.emulator;

beforeEach(async () => {
  const { projectId, secret, url: baseUrl } = emulator();
  stytch = connectSessions({ projectId, secret, baseUrl });
  failures.length = 0;
  emulator().switches.deactivatedStatus = 'active'; // the IdP's flag alone says that they left
  [ada = '', bob = ''] = ['ada', 'bob'].map((name) => {
    const person = { userName: `${name}@acme.example`, externalId: name, roles: ['analyst'] };
    return emulator().directory.provision(own.organizationId, person).member_id;
  });
  await own.rows();
  for (const memberId of [ada, ada, bob]) await emulator().sessions.mint({ memberId });
});
afterEach(() => {
  emulator().switches.deactivatedStatus = 'deleted';
});

const run = () =>
  revokeSessions({
    database: own.lab.database,
    sessions: stytch,
    onSessionsKept: (failure) => failures.push(failure),
  });
const leave = async (memberId: string) => {
  emulator().directory.deprovision(memberId);
  await own.rows();
};
const pending = () => own.lab.database.sessionRevocation.count();
const again = () => own.lab.database.$executeRaw`UPDATE session_revocations SET retry_at = now()`;

it("nobody's sessions end when nobody has left", async () => {
  expect(await run()).toBe(0);
  expect([ada, bob].map((memberId) => emulator().sessions.alive(memberId))).toEqual([2, 1]);
});

it('whoever has left is signed out everywhere; the others are not', async () => {
  await leave(ada);
  expect(emulator().sessions.alive(ada)).toBe(2);
  expect(await run()).toBe(1);
  expect([ada, bob].map((memberId) => emulator().sessions.alive(memberId))).toEqual([0, 1]);
  expect(await pending()).toBe(0);
  const events = await own.lab.database.syncEvent.findMany({ where: { stytchMemberId: ada, trigger: 'session' } });
  expect(events).toMatchObject([{ outcome: 'changed', changes: [{ type: 'sessions_revoked' }], teamId: own.teamId }]);
  expect(await run()).toBe(0);
});

it('while Stytch refuses, the door is closed all the same, and it is tried again; `why` says so', async () => {
  const recover = emulator().faults.failWhile('sessions.revoke', '500');
  await leave(ada);
  expect(await own.rows()).toContainEqual(
    expect.objectContaining({ memberId: ada, status: 'deactivated', grants: [] }),
  );
  expect(await run()).toBe(0);
  expect(failures).toMatchObject([
    { memberIds: [ada], attempt: 1, error: expect.stringContaining('sessions.revoke: 500') },
  ]);
  expect(await run()).toBe(0);
  expect(failures).toHaveLength(1); // not before its time
  const parts = supportOf(own.lab);
  try {
    const { people } = await why(parts, ada);
    expect(people[0]?.missing).toContainEqual(expect.objectContaining({ code: 'sessions_pending' }));
  } finally {
    await parts.close();
  }
  recover();
  await again();
  expect(await run()).toBe(1);
  expect(emulator().sessions.alive(ada)).toBe(0);
});

it('who is back before it was done keeps the new sessions', async () => {
  await leave(ada);
  emulator().directory.reactivate(ada);
  await own.rows();
  expect(await run()).toBe(0);
  expect([emulator().sessions.alive(ada), await pending()]).toEqual([2, 0]);
});

it('of a member whom Stytch does not know there is nothing to end', async () => {
  await leave(ada);
  emulator().faults.failWhile('sessions.revoke', { status: 404, error_type: 'member_not_found' });
  expect(await run()).toBe(1);
  expect(await pending()).toBe(0);
});

it('two workers that look at once revoke each once', async () => {
  await leave(ada);
  await leave(bob);
  emulator().calls.reset();
  const done = await Promise.all([run(), run()]);
  expect(done[0] + done[1]).toBe(2);
  expect(emulator().calls.count('sessions.revoke')).toBe(2);
});
