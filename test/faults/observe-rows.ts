import type { Database } from '../../src/database/database.js';
import type { Emulator } from '../emulator/emulator.js';
import type { AccessLog } from '../helpers/access-log.js';
import { eventually, eventuallySame } from '../helpers/eventually.js';
import { type Truth, violations } from '../helpers/never-again.js';
import { rowsOf } from '../helpers/rows.js';
import { tellViolation } from '../helpers/tell-violation.js';
import type { FaultTeam } from './acme.js';
import { patienceMs } from './patience.js';
import { directoryRows, leaversOf, mirroredRows } from './truth.js';
import type { WeakSearch } from './weak-search.js';

/** The largest lags seen, in seconds from the act; null where nobody left. */
export type Lags = { leavers: number | null; all: number };

export type Observation = {
  lags: Lags;
  /** Does something in the directory; the time until the rows show it is counted from here. */
  act(what: () => unknown): void;
  sinceAct(): number;
  /** Waits until whoever has left has no access any more. */
  leaversGone(): Promise<void>;
  /** Waits until Acme's rows are the directory's; nobody else has moved. Both well within the SLA. */
  settled(): Promise<void>;
  /** The same, when it is not measured. */
  right(): Promise<void>;
  /** Every event that was answered with 202 is in sync_events: none may end in the failed set, or nowhere. */
  accounted(): Promise<void>;
  /** At no moment was anybody in who had been put out, before the directory said so. */
  neverAgain(): Promise<void>;
};

export function createObservation(
  parts: FaultTeam & {
    emulator: Emulator;
    database: Database;
    expectUnmoved: () => Promise<void>;
    search: WeakSearch;
    log: AccessLog;
  },
): Observation {
  const { emulator, database, teamId, organizationId, expectUnmoved, search } = parts;
  const lags: Lags = { leavers: null, all: 0 };
  let actedAtMs = Date.now();
  const truth: Truth[] = truthNow(emulator, organizationId, actedAtMs);
  const sinceAct = () => (Date.now() - actedAtMs) / 1000;
  const leaversGone = async () => {
    const memberIds = leaversOf(emulator, organizationId);
    if (memberIds.length === 0) return;
    await eventually(async () => (await withAccess(database, memberIds)) === 0, patienceMs);
    lags.leavers = Math.max(lags.leavers ?? 0, sinceAct());
  };
  const rowsAreRight = async () => {
    const expected = directoryRows(emulator, organizationId);
    search.showAll();
    await eventuallySame(async () => mirroredRows(await rowsOf(database), teamId), expected, patienceMs);
  };
  return {
    ...{ lags, sinceAct, leaversGone },
    act: (what) => {
      const beganAtMs = Date.now();
      what();
      actedAtMs = Date.now();
      truth.push(...truthNow(emulator, organizationId, beganAtMs));
    },
    settled: async () => {
      if (lags.leavers === null) await leaversGone();
      await rowsAreRight();
      lags.all = Math.max(lags.all, sinceAct());
      await expectUnmoved();
    },
    right: async () => {
      await rowsAreRight();
      await expectUnmoved();
    },
    accounted: async () => {
      const accepted = emulator.webhooks.outbox.filter(({ attempts }) => attempts.some(({ status }) => status === 202));
      const svixIds = accepted.map(({ svixId }) => svixId);
      await eventuallySame(() => unrecorded(database, svixIds), [], patienceMs);
    },
    neverAgain: async () => {
      const story = { truth, entries: await parts.log.entries(), ...saidBy(emulator) };
      const found = violations(story, { roles: false }).map((one) => tellViolation(one, story));
      if (found.length > 0) throw new Error(`${found.length} times, at first:\n${found[0]}`);
    },
  };
}

/** What the directory says of everybody; an act and its answers share this thread, so nobody can ask in between. */
function truthNow({ directory }: Emulator, organizationId: string, atMs: number): Truth[] {
  return directory.members(organizationId).map(({ member_id: memberId }) => {
    return { atMs, memberId, says: directory.isActive(memberId) ? 'active' : 'gone', roles: [] };
  });
}

/** What Stytch has answered and sent, and when. */
function saidBy({ calls, webhooks }: Emulator) {
  const gets = calls.list('members.dangerouslyGet').filter(({ status }) => status === 200);
  return {
    gets: gets.map(({ at, memberId = '' }) => ({ atMs: Number(at), memberId })),
    webhooks: new Map(
      webhooks.outbox.map(({ svixId, publishedAt, eventType }) => {
        const says = eventType.endsWith('.member.delete') ? ('gone' as const) : ('something' as const);
        return [svixId, { publishedMs: Number(publishedAt), says }];
      }),
    ),
  };
}

async function withAccess(database: Database, memberIds: readonly string[]): Promise<number> {
  const [count] = await database.$queryRaw<[{ users: number }]>`
    SELECT count(*)::int AS users FROM users u WHERE u.stytch_member_id = ANY(${memberIds}::text[])
      AND (u.status = 'active' OR EXISTS (SELECT FROM role_grants g WHERE g.user_id = u.id AND g.source = 'scim')
        OR EXISTS (SELECT FROM api_keys k WHERE k.owner_user_id = u.id AND k.revoked_at IS NULL))`;
  return count.users;
}

async function unrecorded(database: Database, svixIds: readonly string[]): Promise<string[]> {
  const rows = await database.$queryRaw<{ id: string }[]>`
    SELECT id FROM unnest(${svixIds}::text[]) AS accepted(id)
    WHERE NOT EXISTS (SELECT FROM sync_events e WHERE e.svix_id = accepted.id AND e.trigger = 'hint')`;
  return rows.map(({ id }) => id);
}
