import type { Database } from '../../src/database.js';
import type { Emulator } from '../emulator/emulator.js';
import { eventually, eventuallySame } from '../support/eventually.js';
import { rowsOf } from '../support/rows.js';
import type { FaultTeam } from './acme.js';
import { patienceMs } from './patience.js';
import { directoryRows, leaversOf, mirroredRows } from './truth.js';

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
};

export function createObservation(
  parts: FaultTeam & { emulator: Emulator; database: Database; expectUnmoved: () => Promise<void> },
): Observation {
  const { emulator, database, teamId, organizationId, expectUnmoved } = parts;
  const lags: Lags = { leavers: null, all: 0 };
  let actedAtMs = Date.now();
  const sinceAct = () => (Date.now() - actedAtMs) / 1000;
  const leaversGone = async () => {
    const memberIds = leaversOf(emulator, organizationId);
    if (memberIds.length === 0) return;
    await eventually(async () => (await withAccess(database, memberIds)) === 0, patienceMs);
    lags.leavers = Math.max(lags.leavers ?? 0, sinceAct());
  };
  const rowsAreRight = async () => {
    const expected = directoryRows(emulator, organizationId);
    await eventuallySame(async () => mirroredRows(await rowsOf(database), teamId), expected, patienceMs);
  };
  return {
    ...{ lags, sinceAct, leaversGone },
    act: (what) => {
      what();
      actedAtMs = Date.now();
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
