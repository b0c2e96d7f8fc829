import { connectSessions, type StytchSessions } from '../../../src/stytch/sessions.js';
import { why } from '../../../src/support/why/why.js';
import { revokeSessions } from '../../../src/sync/sessions/revoke-sessions.js';
import { eventually } from '../../helpers/eventually.js';
import { ownTeam } from '../../helpers/own-team.js';
import { act, supportOf } from '../../helpers/support.js';

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

it('no sessions end if nobody has left', async () => {
  expect(await run()).toBe(0);
  expect([ada, bob].map((memberId) => emulator().sessions.alive(memberId))).toEqual([2, 1]);
});

it('the sessions of a leaver end at once; other sessions do not', async () => {
  await leave(ada);
  await eventually(() => emulator().sessions.alive(ada) === 0);
  expect(emulator().sessions.alive(bob)).toBe(1);
  await eventually(async () => (await pending()) === 0);
  const events = await own.lab.database.syncEvent.findMany({ where: { stytchMemberId: ada, trigger: 'session' } });
  expect(events).toMatchObject([{ outcome: 'changed', changes: [{ type: 'sessions_revoked' }], teamId: own.teamId }]);
  expect(await run()).toBe(0);
});

/** A person leaves while Stytch refuses to end sessions. */
async function leaveUnrevoked(memberId: string): Promise<() => void> {
  const recover = emulator().faults.failWhile('sessions.revoke', '500');
  await leave(memberId);
  await eventually(async () =>
    expect(await own.lab.database.sessionRevocation.findMany({ where: { tries: { gt: 0 } } })).toMatchObject([
      { stytchMemberId: memberId },
    ]),
  );
  return recover;
}

it('while Stytch refuses, the user is deactivated anyway, and it is tried again; `why` says so', async () => {
  const recover = await leaveUnrevoked(ada);
  expect(await own.rows()).toContainEqual(
    expect.objectContaining({ memberId: ada, status: 'deactivated', grants: [] }),
  );
  await again();
  expect(await run()).toBe(0);
  expect(failures).toMatchObject([
    { memberIds: [ada], attempt: 2, error: expect.stringContaining('sessions.revoke: 500') },
  ]);
  expect(await run()).toBe(0);
  expect(failures).toHaveLength(1); // not before its time
  const parts = supportOf(own.lab);
  try {
    const { people } = await why(parts, { who: ada, reader: act });
    expect(people[0]?.missing).toContainEqual(expect.objectContaining({ code: 'sessions_pending' }));
  } finally {
    await parts.close();
  }
  recover();
  await again();
  expect(await run()).toBe(1);
  expect(emulator().sessions.alive(ada)).toBe(0);
});

it('a user who is back before that keeps the new sessions', async () => {
  const recover = await leaveUnrevoked(ada);
  emulator().directory.reactivate(ada);
  await own.rows();
  recover();
  await again();
  expect(await run()).toBe(0);
  expect([emulator().sessions.alive(ada), await pending()]).toEqual([2, 0]);
});

it('a member that Stytch does not know has no sessions to end', async () => {
  emulator().faults.failWhile('sessions.revoke', { status: 404, error_type: 'member_not_found' });
  await leave(ada);
  await eventually(async () => (await pending()) === 0);
});

it('two workers at the same time end each session once', async () => {
  const recover = await leaveUnrevoked(ada);
  await leave(bob);
  await eventually(async () => (await own.lab.database.sessionRevocation.count({ where: { tries: { gt: 0 } } })) === 2);
  recover();
  await again();
  emulator().calls.reset();
  const done = await Promise.all([run(), run()]);
  expect(done[0] + done[1]).toBe(2);
  expect(emulator().calls.count('sessions.revoke')).toBe(2);
});
