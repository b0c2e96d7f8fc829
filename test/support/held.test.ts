import { databaseClock } from '../../src/database/database.js';
import { resyncUser } from '../../src/support/resync/resync.js';
import {
  discardHeld,
  eachHeldPerson,
  heldChanges,
  heldPage,
  heldPeople,
  holdSummary,
} from '../../src/sync/holds/holds.js';
import { askAboutSome, previewRelease, releaseHeld } from '../../src/sync/holds/release-hold.js';
import { holdChanges } from '../../src/sync/sweep/held-changes.js';
import { support } from '../helpers/command.js';
import { type Lab, startLab } from '../helpers/lab.js';
import { seedTeam } from '../helpers/rows.js';
import { act, listed, supportOf } from '../helpers/support.js';

jest.setTimeout(120_000);

let lab: Lab;
let parts: ReturnType<typeof supportOf>;
let teamId: string;
let organizationId: string;
let memberIds: string[];

beforeAll(async () => {
  lab = await startLab();
  parts = supportOf(lab);
  const other = await lab.team({ name: 'Bystanders' });
  lab.emulator.directory.provision(other.organizationId, { userName: 'by@stander.example', roles: ['analyst'] });
});
afterAll(async () => {
  await parts.close();
  await lab.stop();
});

beforeEach(async () => {
  ({ teamId, organizationId } = await lab.team({ name: 'Acme' }));
  memberIds = [1, 2, 3].map((n) => {
    const person = { userName: `p${n}@acme.example`, externalId: `e${n}`, name: `P ${n}`, roles: ['analyst'] };
    return lab.emulator.directory.provision(organizationId, person).member_id;
  });
  await lab.quiet();
});
afterEach(() => lab.emulator.faults.reset());

/** As a sweep does that missed everybody. */
async function hold(): Promise<{ id: string; userIds: string[] }> {
  const users = await lab.database.user.findMany({ where: { teamId }, orderBy: { email: 'asc' } });
  const userIds = users.map(({ id }) => id);
  const fence = await databaseClock(lab.database);
  const [row] = await lab.database.$queryRaw<[{ id: string }]>`
    INSERT INTO held_changes (team_id, user_ids, fence)
    VALUES (${teamId}::uuid, ${userIds}::uuid[], ${fence}::timestamptz) RETURNING id::text`;
  return { id: row.id, userIds };
}
const leave = (memberId = '') => lab.emulator.directory.silently(() => lab.emulator.directory.deprovision(memberId));
const rows = async () => (await lab.rows()).filter((row) => row.teamId === teamId);

it('a release skips users who are active in Stytch', async () => {
  const { id, userIds } = await hold();
  const before = await lab.rows();
  const answer = await releaseHeld(parts, id, act);
  expect(answer).toMatchObject({ id, teamId, released: [] });
  const why = 'Stytch, asked directly, says that the member is active';
  expect(answer.skipped).toEqual(userIds.map((userId) => ({ userId, why })));
  expect(await lab.rows()).toEqual(before);
});

it('a release deactivates users who are gone now, also if they were read in between, and nobody else', async () => {
  const { id, userIds } = await hold();
  const others = (await lab.rows()).filter((row) => row.teamId !== teamId);
  leave(memberIds[0]);
  leave(memberIds[1]);
  // The second comes back, is read, and leaves again.
  lab.emulator.directory.silently(() => lab.emulator.directory.reactivate(String(memberIds[1])));
  await resyncUser(parts, String(memberIds[1]), null, act);
  leave(memberIds[1]);

  const answer = await support(lab.env, 'release', id, '--reason', 'they left', '--actor', act.actor, '--json');
  expect([answer.code, answer.json]).toEqual([
    3,
    {
      ...{ id, teamId },
      released: [
        { userId: userIds[0], result: 'deactivated' },
        { userId: userIds[1], result: 'deactivated' },
      ],
      skipped: [{ userId: userIds[2], why: 'Stytch, asked directly, says that the member is active' }],
    },
  ]);
  expect((await rows()).map(({ status, grants }) => [status, grants.length])).toEqual([
    ['deactivated', 0],
    ['deactivated', 0],
    ['active', 1],
  ]);
  expect((await lab.rows()).filter((row) => row.teamId !== teamId)).toEqual(others);
  const audited = await lab.database.auditLog.findMany({ where: { target: `hold ${id}` } });
  expect(audited).toMatchObject([
    { action: 'release', actor: act.actor, reason: 'they left', details: { released: 2, skipped: 1 } },
  ]);
  expect((await listed(heldChanges(parts))).map((one) => one.id)).not.toContain(id);
});

it('a release does nothing while Stytch does not answer', async () => {
  const { id } = await hold();
  const before = await rows();
  leave(memberIds[0]);
  const recover = lab.emulator.faults.failWhile('all', '500');
  await expect(releaseHeld(parts, id, act)).rejects.toThrow('Nothing was released; try again.');
  expect(await rows()).toEqual(before);
  expect((await listed(heldChanges(parts))).map((one) => one.id)).toContain(id);
  recover();
  expect((await releaseHeld(parts, id, act)).released).toHaveLength(1);
});

it('a discard leaves the users as they are, and a second decision says who decided first', async () => {
  const { id, userIds } = await hold();
  leave(memberIds[0]);
  const before = await rows();
  expect(await discardHeld(parts, id, act)).toEqual({ id, teamId, discarded: userIds });
  expect(await rows()).toEqual(before);
  await expect(discardHeld(parts, id, act)).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringMatching(/was discarded already by sam@scanner.dev, on .*Nothing was done/),
  });
  const again = await support(lab.env, 'release', id, '--reason', 'x', '--json');
  expect([again.code, again.json]).toEqual([
    3,
    { error: { code: 'conflict', message: expect.stringContaining('was discarded already') } },
  ]);
  expect(await rows()).toEqual(before);
  expect(await lab.database.heldChange.findUniqueOrThrow({ where: { id } })).toMatchObject({ resolution: 'discarded' });
});

it('a hold that grows is another hold, so nobody decides about users whom they did not see', async () => {
  const { userIds } = await hold();
  await lab.database.heldChange.deleteMany({ where: { teamId } });
  const fence = await databaseClock(lab.database);
  const seen = await holdChanges(lab.database, { teamId, userIds: userIds.slice(0, 2), fence });
  const same = await holdChanges(lab.database, { teamId, userIds: userIds.slice(0, 1), fence });
  expect([seen.isNew, same]).toEqual([true, { id: seen.id, isNew: false }]);
  const grown = await holdChanges(lab.database, { teamId, userIds, fence });
  expect(grown).toMatchObject({ isNew: true });
  for (const decide of [discardHeld, releaseHeld]) {
    await expect(decide(parts, seen.id, act)).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('more people are missing by now. Nothing was done'),
    });
  }
  const [first, second] = await Promise.all(
    [seen.id, grown.id].map((id) => lab.database.heldChange.findUniqueOrThrow({ where: { id } })),
  );
  expect(second?.since).toEqual(first?.since);
  expect((await discardHeld(parts, grown.id, act)).discarded).toEqual(userIds);
});

it('held writes the open holds in the shape that programs rely on', async () => {
  const { id, userIds } = await hold();
  const { json } = await support(lab.env, 'held', '--json');
  expect((json as { held: unknown[] }).held).toContainEqual({
    ...{ id, teamId, userIds },
    since: expect.stringMatching(/^\d{4}-.*Z$/),
  });
});

it('held writes all holds for programs, and one page for people', async () => {
  const holds = Array.from({ length: 25 }, (_, n) => ({ name: `Team ${n}`, organizationId: null }));
  for (const team of holds) {
    const id = await seedTeam(lab.database, team);
    const userIds = Array.from({ length: 30 }, () => crypto.randomUUID());
    // Within one millisecond, as one sweep after an outage may hold them.
    await lab.database.$executeRaw`
      INSERT INTO held_changes (team_id, user_ids, fence, since)
      VALUES (${id}::uuid, ${userIds}::uuid[], now(), '2026-01-01T00:00:00.000123Z')`;
  }
  const { held } = (await support(lab.env, 'held', '--json')).json as { held: { id: string; userIds: string[] }[] };
  const total = await lab.database.heldChange.count({ where: { resolution: null } });
  expect([held.length, new Set(held.map(({ id }) => id)).size]).toEqual([total, total]);
  expect(held[0]?.userIds).toHaveLength(30);
  const text = (await support(lab.env, 'held')).stdout;
  expect(text).toContain(`The oldest 20 of ${total}. All: --json.`);
  const first = await heldPage(parts);
  expect([first.holds.length, first.total, first.holds[0]?.users, first.holds[0]?.first.length]).toEqual([
    ...[20, total, 30, 10],
  ]);
  const second = await heldPage(parts, 20);
  expect([...first.holds, ...second.holds].map(({ id }) => id)).toEqual(held.map(({ id }) => id));
});

it('a hold is shown with the names of all its users, page by page, until it is decided', async () => {
  const userIds = Array.from({ length: 250 }, () => crypto.randomUUID());
  await lab.database.user.createMany({
    data: userIds.map((id, n) => ({
      id,
      teamId,
      email: `q${n}@acme.example`,
      name: `Q ${String(n).padStart(3, '0')}`,
    })),
  });
  const [{ id }] = await lab.database.$queryRaw<[{ id: string }]>`
    INSERT INTO held_changes (team_id, user_ids, fence) VALUES (${teamId}::uuid, ${userIds}::uuid[], now())
    RETURNING id::text`;
  const [first, second] = [await heldPeople(parts, id), await heldPeople(parts, id, { from: 50 })];
  expect([first.total, first.people.length, first.people[0]?.name, second.people[0]?.name]).toEqual([
    ...[250, 50, 'Q 000', 'Q 050'],
  ]);
  expect((await heldPeople(parts, id, { q: 'q249@' })).people).toMatchObject([{ name: 'Q 249', status: 'active' }]);
  expect((await listed(eachHeldPerson(parts, id))).flat().map(({ userId }) => userId)).toEqual(userIds);
  await discardHeld(parts, id, act);
  await expect(holdSummary(parts, id)).rejects.toMatchObject({ code: 'conflict' });
  await expect(holdSummary(parts, 'nonsense')).rejects.toMatchObject({ code: 'not_found' });
});

it('held names the team and the people, the share of the team, and the last complete listing', async () => {
  await lab.database.heldChange.updateMany({ where: { resolution: null }, data: { resolution: 'discarded' } });
  const { id } = await hold();
  await lab.database.user.create({ data: { teamId, email: 'here@acme.example' } });
  await lab.database.$executeRaw`
    INSERT INTO team_syncs (team_id, swept_at, swept_members) VALUES (${teamId}::uuid, '2026-11-20T08:00:00Z', 4)
    ON CONFLICT (team_id) DO UPDATE SET swept_at = excluded.swept_at, swept_members = excluded.swept_members`;
  const { stdout } = await support(lab.env, 'held');
  const own = stdout.split('\n\n').find((text) => text.includes(id));
  expect(own).toContain(`Acme (${teamId})`);
  expect(own).toContain('3 of 4 active users (75 %)');
  expect(own).toContain('2026-11-20 08:00:00 UTC, with 4 members');
  expect(own).toContain('P 1 <p1@acme.example>, P 2 <p2@acme.example>, P 3 <p3@acme.example>');
});

it('a dry run of a release says who would be deactivated, with names, and changes nothing', async () => {
  const { id, userIds } = await hold();
  leave(memberIds[0]);
  const before = await rows();
  const audited = await lab.database.auditLog.count();
  const answer = await support(lab.env, 'release', id, '--dry-run', '--json');
  const why = 'Stytch, asked directly, says that the member is active';
  expect([answer.code, answer.json]).toEqual([
    3,
    {
      ...{ id, teamId, plan: [{ userId: userIds[0], result: 'would be deactivated' }] },
      skipped: userIds.slice(1).map((userId) => ({ userId, why })),
    },
  ]);
  const text = (await support(lab.env, 'release', id, '--dry-run')).stdout;
  expect(text).toMatch(/P 1 <p1@acme.example> \(.*\) +would be deactivated/);
  expect(text).toContain('1 would be deactivated, 0 already right, 2 skipped. Nothing was changed.');
  expect([await rows(), await lab.database.auditLog.count()]).toEqual([before, audited]);
  expect((await previewRelease(parts, id)).plan).toHaveLength(1);
});

it('Stytch is asked about ten of the held users at most, and its failure is an answer', async () => {
  const { id } = await hold();
  leave(memberIds[0]);
  const says = async () => (await askAboutSome(parts, id)).map((one) => one.says).sort();
  const active = 'Stytch, asked directly, says that the member is active';
  expect(await says()).toEqual(['Gone: Stytch says that the member is deleted or deactivated', active, active]);
  const userIds = Array.from({ length: 30 }, () => crypto.randomUUID());
  await lab.database
    .$executeRaw`UPDATE held_changes SET user_ids = user_ids || ${userIds}::uuid[] WHERE id = ${id}::uuid`;
  expect(await says()).toHaveLength(10);
  await lab.database.$executeRaw`UPDATE held_changes SET user_ids = user_ids[1:3] WHERE id = ${id}::uuid`;
  lab.emulator.faults.failWhile('all', '500');
  expect(new Set(await says())).toContain('Stytch did not answer. Load the page again in a minute.');
});

it('a release of more users than one chunk is complete, and reports them in order', async () => {
  const absent = await lab.database.user.createManyAndReturn({
    data: Array.from({ length: 620 }, (_, n) => ({
      ...{ teamId, email: `gone${n}@acme.example`, stytchMemberId: `member-test-${crypto.randomUUID()}` },
    })),
    select: { id: true },
  });
  const here = await lab.database.user.findFirstOrThrow({ where: { teamId, email: 'p1@acme.example' } });
  const userIds = absent.map(({ id }) => id);
  userIds.splice(510, 0, here.id);
  const [{ id }] = await lab.database.$queryRaw<[{ id: string }]>`
    INSERT INTO held_changes (team_id, user_ids, fence) VALUES (${teamId}::uuid, ${userIds}::uuid[], now())
    RETURNING id::text`;
  const { released, skipped } = await releaseHeld(parts, id, act);
  expect(released.map(({ userId }) => userId)).toEqual(absent.map((one) => one.id));
  expect(new Set(released.map(({ result }) => result))).toEqual(new Set(['deactivated']));
  expect(skipped).toEqual([{ userId: here.id, why: 'Stytch, asked directly, says that the member is active' }]);
});
