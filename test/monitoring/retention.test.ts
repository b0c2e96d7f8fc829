import type { Database } from '../../src/database/database.js';
import { removeOld, removeOldRecords } from '../../src/monitoring/retention.js';
import { beginningOf, leaversOf } from '../../src/support/export/leavers.js';
import { createTestDatabase } from '../helpers/database.js';
import { seedTeam } from '../helpers/rows.js';
import { listed } from '../helpers/support.js';

let database: Database;
let drop: () => Promise<void>;
beforeEach(async () => {
  ({ database, drop } = await createTestDatabase());
});
afterEach(() => drop());

const events = (count: number, daysAgo: number) => database.$executeRaw`
  INSERT INTO sync_events (trigger, outcome, applied_at)
  SELECT 'hint', 'unchanged', now() - make_interval(days => ${daysAgo}) FROM generate_series(1, ${count}::int)`;

const ago = (days: number) => new Date(Date.now() - days * 24 * 3_600_000);

describe('events', () => {
  it('are not removed within the retention', async () => {
    await events(3, 89);
    expect(await removeOld(database, 90)).toEqual({ sync_events: 0, replay_batches: 0, failed_hints: 0 });
    expect(await database.syncEvent.count()).toBe(3);
  });

  it('are removed when they are older, and the rest and audit_log stay', async () => {
    await events(25_000, 91);
    await events(2, 1);
    await database.auditLog.create({ data: { actor: 'support', action: 'replay', target: 'x', at: ago(400) } });
    await database.stytchSearchBudget.create({ data: { minute: new Date('2020-01-01'), used: 7 } });
    expect(await removeOld(database, 90)).toEqual({ sync_events: 25_000, replay_batches: 0, failed_hints: 0 });
    expect(await database.syncEvent.count()).toBe(2);
    expect(await database.auditLog.count()).toBe(1);
    expect(await database.stytchSearchBudget.count()).toBe(0);
  });
});

describe('records', () => {
  const days = {
    AUDIT_LOG_RETENTION_DAYS: 1_000,
    HELD_CHANGES_RETENTION_DAYS: 100,
    DEACTIVATED_USERS_RETENTION_DAYS: 500,
  };
  let teamId: string;
  beforeEach(async () => {
    teamId = await seedTeam(database, { name: 'Acme', organizationId: 'organization-acme' });
  });

  const left = (email: string, daysAgo: number, observedAt: Date | null = ago(daysAgo)) =>
    database.user.create({
      data: {
        teamId,
        email,
        name: email,
        status: 'deactivated',
        deactivatedAt: ago(daysAgo),
        observedAt,
        stytchMemberId: email,
      },
    });
  const leftWithLine = async (email: string, daysAgo: number) => {
    const { id: userId } = await left(email, 1);
    const changes = [{ type: 'user_deactivated', because: 'says_gone' }];
    const event = { trigger: 'sweep', outcome: 'changed', teamId, userId, stytchMemberId: email, changes };
    await database.syncEvent.create({ data: { ...event, appliedAt: ago(daysAgo) } });
  };
  const act = (daysAgo: number) =>
    database.auditLog.create({ data: { actor: 'sam', action: 'enable', target: `${daysAgo}`, at: ago(daysAgo) } });

  it('are not removed within their retention, and nothing is recorded then', async () => {
    await act(999);
    await left('ada', 499);
    await leftWithLine('bob', 999);
    expect(await removeOldRecords(database, days)).toEqual({
      audit_log: 0,
      read_log: 0,
      evidence: 0,
      held_changes: 0,
      users: 0,
    });
    expect(await database.auditLog.count()).toBe(1);
  });

  it('are removed when they are older; what is counted is in audit_log, and the record begins later', async () => {
    await act(1_001);
    await act(1_002);
    await act(2);
    await database.readLog.create({ data: { actor: 'sam', action: 'why', target: 'user x', at: ago(1_001) } });
    for (const [email, daysAgo] of [
      ['ada', 1_003],
      ['bob', 1_002],
      ['cleo', 3],
    ] as const)
      await leftWithLine(email, daysAgo);
    expect(await removeOldRecords(database, days)).toMatchObject({ audit_log: 2, read_log: 1, evidence: 2 });
    expect(await database.auditLog.findMany({ orderBy: { at: 'asc' } })).toMatchObject([
      { target: '2' },
      {
        ...{ actor: 'scanner-scim', action: 'retention', target: expect.stringMatching(/^records before \d{4}-/) },
        details: { audit_log: 2, read_log: 1, evidence: 2 },
      },
    ]);
    const beginning = await beginningOf(database, teamId, ago(5_000));
    expect(Math.abs(Date.parse(beginning.recordBegins) - ago(1_000).getTime())).toBeLessThan(60_000);
    expect(await listed(leaversOf(database, beginning))).toMatchObject([{ line: 3, email: 'cleo' }]);
    expect((await removeOldRecords(database, days)).evidence).toBe(0);
  });

  it('a team keeps its last line without a name, so that its chain goes on', async () => {
    await leftWithLine('ada', 1_002);
    await removeOldRecords(database, days);
    expect(await database.evidence.findMany()).toMatchObject([
      { line: 1, email: null, stytchMemberId: null, salt: null },
    ]);
    await leftWithLine('bob', 1);
    const beginning = await beginningOf(database, teamId, ago(30));
    expect(await listed(leaversOf(database, beginning))).toMatchObject([{ line: 2, email: 'bob' }]);
  });

  it('of the last year stay, whatever the caller says', async () => {
    await act(364);
    await act(366);
    expect(await removeOldRecords(database, { ...days, AUDIT_LOG_RETENTION_DAYS: 1 })).toMatchObject({ audit_log: 1 });
  });

  it('decided holds are removed, but not an open one, and not one that still protects somebody', async () => {
    const hold = (resolution: string | null, userIds: string[]) =>
      database.heldChange.create({
        data: {
          teamId,
          userIds,
          fence: ago(200),
          since: ago(200),
          resolution,
          resolvedAt: resolution === null ? null : ago(101),
        },
      });
    const somebody = crypto.randomUUID();
    await hold('released', [somebody]);
    await hold('discarded', []);
    await hold('discarded', [somebody]);
    await hold(null, [somebody]);
    expect(await removeOldRecords(database, days)).toMatchObject({ held_changes: 2 });
    expect(
      (await database.heldChange.findMany({ orderBy: { resolution: 'asc' } })).map(({ resolution }) => resolution),
    ).toEqual(['discarded', null]);
  });

  it('people who left long ago are erased, but nobody whom no directory deactivated', async () => {
    const ada = await left('ada', 501);
    await left('bob', 499);
    await left('cleo', 900, null);
    await database.user.create({ data: { teamId, email: 'dora', createdAt: ago(2_000), observedAt: ago(2_000) } });
    expect(await removeOldRecords(database, days)).toMatchObject({ users: 1 });
    const names = (await database.user.findMany({ orderBy: { email: 'asc' } })).map(({ email }) => email);
    expect(names).toEqual(['bob', 'cleo', 'dora', `erased-${ada.id}@erased.invalid`]);
    const audited = await database.auditLog.findMany({ where: { action: 'erase' } });
    expect(audited).toMatchObject([
      { actor: 'scanner-scim', target: `user ${ada.id}`, reason: expect.stringContaining('500 days') },
    ]);
    expect(await removeOldRecords(database, days)).toMatchObject({ users: 0 });
  });
});
