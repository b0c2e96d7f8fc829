import { type Database, withDatabaseErrors } from '../../database/database.js';
import { asRecord } from '../../directory/json.js';
import type { PlannedChange } from '../../replay/preview-members.js';
import { previewTeam } from '../../replay/preview-team.js';
import type { StytchDirectory } from '../../stytch/directory.js';
import type { SupportParts } from '../parts.js';

/** How many people of a team a read would touch, and how. Each person counts once. */
export type ImportSummary = {
  /** Users that are there already, by e-mail or external id. */
  linked: number;
  created: number;
  reactivated: number;
  updated: number;
  deactivated: number;
  /** Missing from the directory, but too many to be deactivated without a person's decision. */
  held: number;
  /** Active users whom the directory does not have. They were never linked, so they keep their access. */
  notInDirectory: number;
};

/** One person of the report. Lists of roles are names; `rolesToday` says where each comes from. */
export type ImportRow = {
  action: keyof typeof actions | 'hold' | 'keeps access';
  userId: string | null;
  memberId: string | null;
  email: string;
  rolesToday: string[];
  rolesGained: string[];
  rolesLost: string[];
  liveKeys: number;
};

/** What a person's changes are called, the most important first. */
const actions = {
  create: 'user_created',
  link: 'user_linked',
  reactivate: 'user_reactivated',
  deactivate: 'user_deactivated',
  update: null,
} as const;

export type ImportReport = {
  changes: PlannedChange[];
  held: number;
  summary: ImportSummary;
  /** One after the other, because a team may have a million people. */
  rows(): AsyncGenerator<ImportRow>;
};

type Parts = Pick<SupportParts, 'database' | 'readMembers' | 'stytch' | 'searchLagMs' | 'memory' | 'rereads'>;

/**
 * What a read of a team would do, person by person: who would be linked, who created, and who has access today without being in
 * the directory. Writes nothing.
 * @returns `why`: the reason why the team can't be read
 */
export async function importReport(parts: Parts, teamId: string): Promise<ImportReport | { why: string }> {
  const emails = new Map<string, string>();
  const plan = await previewTeam({ ...parts, stytch: rememberingEmails(parts.stytch, emails) }, teamId);
  if ('why' in plan) return { why: plan.why };
  const people = byMember(plan.changes);
  const linked = new Set(plan.userIds.values());
  const tally: ImportSummary = { ...none, held: plan.heldUserIds.length };
  for (const changes of people.values()) tally[counted[actionOf(changes)]] += 1;
  for await (const ids of pagesOf(parts.database, teamId)) {
    tally.notInDirectory += ids.filter((id) => !linked.has(id)).length;
  }
  const rows = async function* () {
    yield* memberRows(parts.database, people, { emails, userIds: plan.userIds });
    yield* userRows(parts.database, plan.heldUserIds, 'hold');
    for await (const ids of pagesOf(parts.database, teamId)) {
      const unlinked = ids.filter((id) => !linked.has(id));
      yield* userRows(parts.database, unlinked, 'keeps access');
    }
  };
  return { changes: plan.changes, held: plan.held ?? 0, summary: tally, rows };
}

const none = { linked: 0, created: 0, reactivated: 0, updated: 0, deactivated: 0, held: 0, notInDirectory: 0 };
const counted = {
  create: 'created',
  link: 'linked',
  reactivate: 'reactivated',
  deactivate: 'deactivated',
  update: 'updated',
} as const;

function actionOf(changes: readonly PlannedChange[]): keyof typeof actions {
  const names = Object.keys(actions) as (keyof typeof actions)[];
  return names.find((name) => changes.some(({ type }) => type === actions[name])) ?? 'update';
}

function byMember(changes: readonly PlannedChange[]): Map<string, PlannedChange[]> {
  const people = new Map<string, PlannedChange[]>();
  for (const change of changes) {
    const own = people.get(change.memberId) ?? [];
    own.push(change);
    people.set(change.memberId, own);
  }
  return people;
}

/** The plan has ids only. People read the report, so it needs the e-mails of the listing. */
function rememberingEmails(stytch: StytchDirectory, emails: Map<string, string>): StytchDirectory {
  return {
    ...stytch,
    searchMembers: async (search, options) => {
      const page = await stytch.searchMembers(search, options);
      for (const { member_id, email_address } of page.members.map(asRecord)) {
        emails.set(String(member_id), typeof email_address === 'string' ? email_address : '');
      }
      return page;
    },
  };
}

/** A page of rows takes a few hundred kilobytes. */
const rowsPerPage = 1000;

/** Ids of the active users without a member, page by page. */
async function* pagesOf(database: Database, teamId: string): AsyncGenerator<string[]> {
  let after = '00000000-0000-0000-0000-000000000000';
  for (let ids = [after]; ids.length > 0; after = ids.at(-1) ?? after) {
    const rows = await withDatabaseErrors(
      () => database.$queryRaw<{ id: string }[]>`
        SELECT id::text FROM users
        WHERE team_id = ${teamId}::uuid AND status = 'active' AND stytch_member_id IS NULL AND id > ${after}::uuid
        ORDER BY id LIMIT ${rowsPerPage}`,
    );
    ids = rows.map(({ id }) => id);
    if (ids.length > 0) yield ids;
  }
}

type Known = { emails: ReadonlyMap<string, string>; userIds: ReadonlyMap<string, string> };

async function* memberRows(
  database: Database,
  people: ReadonlyMap<string, PlannedChange[]>,
  { emails, userIds }: Known,
): AsyncGenerator<ImportRow> {
  const members = [...people];
  for (let i = 0; i < members.length; i += rowsPerPage) {
    const page = members.slice(i, i + rowsPerPage);
    const today = await todayOf(
      database,
      page.flatMap(([memberId]) => userIds.get(memberId) ?? []),
    );
    for (const [memberId, changes] of page) {
      const userId = userIds.get(memberId) ?? null;
      const user = today.get(userId ?? '') ?? nobody;
      const rolesOf = (wanted: PlannedChange['type']) =>
        changes.flatMap((change) => (change.type === wanted && 'role' in change ? [change.role] : []));
      yield {
        ...{ action: actionOf(changes), userId, memberId, email: emails.get(memberId) || user.email },
        ...{ rolesToday: user.roles, rolesGained: rolesOf('role_granted'), rolesLost: rolesOf('role_revoked') },
        liveKeys: user.keys,
      };
    }
  }
}

async function* userRows(
  database: Database,
  userIds: readonly string[],
  action: 'hold' | 'keeps access',
): AsyncGenerator<ImportRow> {
  for (let i = 0; i < userIds.length; i += rowsPerPage) {
    const today = await todayOf(database, userIds.slice(i, i + rowsPerPage));
    for (const { id, memberId, email, roles, keys } of today.values()) {
      yield { action, userId: id, memberId, email, rolesToday: roles, rolesGained: [], rolesLost: [], liveKeys: keys };
    }
  }
}

type Today = { id: string; memberId: string | null; email: string; roles: string[]; keys: number };
const nobody: Omit<Today, 'id'> = { memberId: null, email: '', roles: [], keys: 0 };

async function todayOf(database: Database, userIds: readonly string[]): Promise<Map<string, Today>> {
  if (userIds.length === 0) return new Map();
  const rows = await withDatabaseErrors(
    () => database.$queryRaw<Today[]>`
      SELECT u.id::text, u.stytch_member_id AS "memberId", u.email,
        ARRAY(SELECT r.name || ' (' || g.source || ')' FROM role_grants g JOIN roles r ON r.id = g.role_id
          WHERE g.user_id = u.id ORDER BY 1) AS roles,
        (SELECT count(*)::int FROM api_keys k WHERE k.owner_user_id = u.id AND k.revoked_at IS NULL) AS keys
      FROM users u WHERE u.id = ANY(${userIds}::uuid[]) ORDER BY u.id`,
  );
  return new Map(rows.map((row) => [row.id, row]));
}
