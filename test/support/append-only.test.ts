import { readFileSync } from 'node:fs';
import pg from 'pg';
import { checkEntries } from '../../src/support/export/entry.js';
import { beginningOf, type Leaver, leaversOf } from '../../src/support/export/leavers.js';
import { recordEvents } from '../../src/sync/apply/record-events.js';
import { createTestDatabase, type TestDatabase } from '../helpers/database.js';
import { seedTeam } from '../helpers/rows.js';
import { listed } from '../helpers/support.js';

let database: TestDatabase['database'];
let url: string;
let drop: () => Promise<void>;
let team: string;

beforeEach(async () => {
  ({ database, url, drop } = await createTestDatabase());
  team = await seedTeam(database, { name: 'Acme', organizationId: 'organization-acme' });
});
afterEach(() => drop());

const gone = [{ type: 'user_deactivated' as const, because: 'says_gone' as const }];

/** A user who left, and the row of the event. @returns the user's id */
async function leave(name: string, { teamId = team, svixId = `msg_${name}` } = {}): Promise<string> {
  const memberId = `member-${name}`;
  const data = { teamId, email: `${name}@acme.example`, stytchMemberId: memberId, status: 'deactivated' };
  const { id } = await database.user.create({ data: { ...data, deactivatedAt: new Date(), observedAt: new Date() } });
  await database.$transaction((tx) => recordEvents(tx, [eventOf(memberId, { teamId, svixId })]));
  return id;
}

function eventOf(memberId: string, { teamId = team, svixId = 'msg_1' } = {}) {
  const times = { sentAt: '2026-11-01T10:00:00.000Z', receivedAt: '2026-11-01T10:00:00.500Z' };
  const occasion = { trigger: 'hint' as const, svixId, eventId: 'e', eventType: 'scim.member.delete', ...times };
  return { ...occasion, teamId, memberId, outcome: 'changed' as const, changes: gone };
}

async function lines(teamId = team): Promise<Leaver[]> {
  const beginning = await beginningOf(database, teamId, new Date(0));
  const all = await listed(leaversOf(database, beginning));
  checkEntries(beginning.previous, all.map(asCells));
  return all;
}

const asCells = (leaver: Leaver) =>
  Object.fromEntries(
    Object.entries(leaver).map(([name, value]) => [name, value === null ? null : String(value)]),
  ) as Parameters<typeof checkEntries>[1][number];

describe("a leaver's line", () => {
  it('is written in the transaction of the event, and only by one that deactivates somebody', async () => {
    const id = await leave('ada');
    const [line, ...more] = await lines();
    expect(more).toEqual([]);
    expect(line).toMatchObject({
      ...{ user_id: id, stytch_member_id: 'member-ada', email: 'ada@acme.example', line: 1, grants_revoked: 0 },
      ...{ event_sent: '2026-11-01T10:00:00.000Z', evidence: 'says_gone', sessions_revoked: null, returned: null },
    });
    const aborted = database.$transaction(async (tx) => {
      await recordEvents(tx, [eventOf('member-ada', { svixId: 'msg_2' })]);
      throw new Error('no');
    });
    await expect(aborted).rejects.toThrow('no');
    await database.$transaction((tx) =>
      recordEvents(tx, [{ ...eventOf('member-ada', { svixId: 'msg_3' }), outcome: 'unchanged', changes: [] }]),
    );
    expect(await lines()).toHaveLength(1);
  });

  it('is written for a hint that is handled twice and deactivates at the second time', async () => {
    const { id } = await database.user.create({
      data: { teamId: team, email: 'ada@acme.example', stytchMemberId: 'member-ada', status: 'deactivated' },
    });
    const first = { ...eventOf('member-ada'), outcome: 'unchanged' as const, changes: [] };
    for (const event of [first, first, eventOf('member-ada'), first]) {
      await database.$transaction((tx) => recordEvents(tx, [event]));
    }
    const events = await database.syncEvent.findMany({ orderBy: { id: 'asc' } });
    expect(events.map(({ trigger, outcome }) => [trigger, outcome])).toEqual([
      ['hint', 'unchanged'],
      ['recheck', 'changed'],
    ]);
    expect(await lines()).toMatchObject([{ user_id: id, svix_id: 'msg_1' }]);
  });

  it('claims no time of an event whose own time was impossible', async () => {
    await leave('ada');
    const event = eventOf('member-ada', { svixId: 'msg_2' });
    await database.$transaction((tx) => recordEvents(tx, [{ ...event, sentAt: event.receivedAt }]));
    expect(await lines()).toMatchObject([
      { event_sent: expect.any(String) },
      { event_sent: null, received: event.receivedAt, seconds_from_event_to_commit: null },
    ]);
  });

  it('has what happened to the person until they returned, and nothing of the time after', async () => {
    const id = await leave('ada');
    const happened = (trigger: 'session' | 'sweep', changes: object[]) =>
      database.syncEvent.create({ data: { trigger, outcome: 'changed', teamId: team, userId: id, changes } });
    await happened('sweep', [{ type: 'user_reactivated' }]);
    await database.$transaction((tx) => recordEvents(tx, [eventOf('member-ada', { svixId: 'msg_2' })]));
    await happened('session', [{ type: 'sessions_revoked' }]);
    await database.user.update({ where: { id }, data: { observedAt: new Date() } });
    expect(await lines()).toMatchObject([
      { returned: expect.any(String), sessions_revoked: null, confirmed: null },
      { returned: null, sessions_revoked: expect.any(String), confirmed: expect.any(String) },
    ]);
  });

  it('has its place in the chain of its team, whoever writes at the same time', async () => {
    const beta = await seedTeam(database, { name: 'Beta', organizationId: 'organization-beta' });
    const names = Array.from({ length: 20 }, (_, i) => `n${i}`);
    await Promise.all(names.map((name, i) => leave(name, { teamId: i % 4 === 0 ? beta : team })));
    expect((await lines()).map(({ line }) => line)).toEqual(Array.from({ length: 15 }, (_, i) => i + 1));
    expect(await lines(beta)).toHaveLength(5);
  });
});

describe('the record', () => {
  it('begins with the migration, or with the first event that was kept then', async () => {
    const { recordBegins, since } = await beginningOf(database, team, new Date('2020-01-01'));
    expect(since).toBe(recordBegins);
    expect(Date.parse(recordBegins)).toBeGreaterThan(Date.now() - 24 * 3_600_000);
  });
});

describe("the application's role", () => {
  let app: pg.Client;
  const role = `app_${crypto.randomUUID().slice(0, 8)}`;

  /** The SQL of the document, for this test's role. */
  function rights(): string {
    const [, sql = ''] = /```sql\n([\s\S]*?)```/.exec(readFileSync('deploy/data.md', 'utf8')) ?? [];
    expect(sql).toContain('REVOKE');
    return sql.replaceAll('scanner_scim', role);
  }

  beforeEach(async () => {
    const userId = await leave('ada');
    const changes = [{ type: 'user_reactivated' }];
    await database.syncEvent.create({ data: { trigger: 'sweep', outcome: 'changed', teamId: team, userId, changes } });
    await database.auditLog.create({ data: { actor: 'sam', action: 'enable', target: 'team x' } });
    await database.$executeRawUnsafe(`CREATE ROLE ${role} LOGIN`);
    await database.$executeRawUnsafe(`GRANT ALL ON ALL TABLES IN SCHEMA public, scim TO ${role}`);
    await database.$executeRawUnsafe(`GRANT USAGE ON SCHEMA scim TO ${role}`);
    await database.$executeRawUnsafe(`GRANT USAGE ON ALL SEQUENCES IN SCHEMA scim TO ${role}`);
    const own = new URL(url);
    own.username = role;
    app = new pg.Client({ connectionString: own.href });
    await app.connect();
    await app.query('SET search_path = scim, public');
  });
  afterEach(async () => {
    await app.end();
    await database.$executeRawUnsafe(`DROP OWNED BY ${role}`);
    await database.$executeRawUnsafe(`DROP ROLE ${role}`);
  });

  const tables = ['audit_log', 'read_log', 'evidence', 'evidence_followups', 'evidence_begins'];

  describe.each(['all rights on the tables', 'the rights of the document'])('with %s', (given) => {
    beforeEach(async () => {
      if (given === 'the rights of the document')
        for (const one of rights().split(';')) if (one.trim()) await database.$executeRawUnsafe(one);
      await app.query("INSERT INTO read_log (actor, action, target) VALUES ('sam', 'why', 'user x')");
    });

    it.each(tables)('changes and removes nothing in %s', async (table) => {
      const before = await database.$queryRawUnsafe(`SELECT * FROM ${table}`);
      const column =
        { audit_log: 'actor', read_log: 'actor', evidence: 'email', evidence_followups: 'kind' }[table] ?? 'id';
      const tries = [
        `UPDATE ${table} SET ${column} = ${column}`,
        `DELETE FROM ${table}`,
        `TRUNCATE ${table}`,
        `SET scim.removing = 'on'; DELETE FROM ${table}`,
        `SET session_replication_role = replica; DELETE FROM ${table}`,
        `ALTER TABLE ${table} DISABLE TRIGGER ALL`,
        `DROP TABLE ${table}`,
        `CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN OLD; END $$`,
      ];
      for (const sql of tries) {
        const failure = await app.query(sql).then(
          () => null,
          (error: { code: string }) => error.code,
        );
        expect([sql, failure]).toEqual([sql, '42501']);
      }
      expect(await database.$queryRawUnsafe(`SELECT * FROM ${table}`)).toEqual(before);
    });

    it('may add leavers and acts, and removes by retention only what is older than a year', async () => {
      await app.query("UPDATE users SET status = 'deactivated'"); // it has its rights
      await app.query(
        `INSERT INTO sync_events (trigger, team_id, user_id, outcome, changes)
         SELECT 'sweep', team_id, id, 'changed', '[{"type":"user_deactivated","because":"not_found"}]' FROM users`,
      );
      expect(await lines()).toHaveLength(2);
      const removed = await app.query('SELECT remove_old_records(0, 1000) AS counts');
      expect(removed.rows).toEqual([{ counts: { audit_log: 0, read_log: 0, evidence: 0 } }]);
      expect(await lines()).toHaveLength(2);
    });

    it('can not lead a line into a table of its own', async () => {
      await app.query('CREATE TEMP TABLE evidence (LIKE scim.evidence)').catch(() => {});
      await app.query(
        `INSERT INTO sync_events (trigger, team_id, user_id, outcome, changes)
         SELECT 'sweep', team_id, id, 'changed', '[{"type":"user_deactivated","because":"not_found"}]' FROM users`,
      );
      expect(await lines()).toHaveLength(2);
    });
  });

  it('with the rights of the document writes no line by itself', async () => {
    for (const one of rights().split(';')) if (one.trim()) await database.$executeRawUnsafe(one);
    const forged = app.query('INSERT INTO evidence SELECT * FROM evidence');
    await expect(forged).rejects.toMatchObject({ code: '42501' });
  });

  it('another role of the database can neither remove nor erase', async () => {
    await database.$executeRawUnsafe(`REVOKE INSERT ON audit_log FROM ${role}`);
    for (const sql of ['SELECT remove_old_records(0, 1000)', `SELECT erase_person('${team}', 'x', 'y', '{}')`]) {
      await expect(app.query(sql)).rejects.toMatchObject({ code: '42501' });
    }
  });
});
