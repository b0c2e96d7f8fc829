import type { AccessEntry, RowState } from './access-log.js';

/** What the directory says of a member from a moment on. `unreadable`: it can't be told from the member object. */
export type Truth = {
  atMs: number;
  memberId: string;
  says: 'active' | 'gone' | 'unreadable';
  /** The Scanner roles that follow from it. */
  roles: readonly string[];
};

/** What happened, told by the directory and by the database, each in its own log. */
export type Story = {
  truth: readonly Truth[];
  /** Direct reads that were answered with the member. */
  gets: readonly { atMs: number; memberId: string }[];
  entries: readonly AccessEntry[];
  /** The webhooks about one member, by their svix id. */
  webhooks: ReadonlyMap<string, { publishedMs: number; says: 'gone' | 'something' }>;
};

export type Violation = { atMs: number; memberId: string; what: string };

/** A signed event that is known to be handled, though sync_events may not say so: its job has failed for good. */
export function handledAt(atMs: number, { svixId, memberId }: { svixId: string; memberId: string }): AccessEntry {
  const nowhere = { teamId: null, userId: null, eventType: 'an event', outcome: 'its job is over' };
  return { entry: 'handled', atMs, memberId, svixId, ...nowhere };
}

/**
 * The invariant of leavers, at every moment: once the signed DELETE of a member was handled, or a direct read has put it out,
 * its row is neither active nor holds a scim grant before the directory says active again. The same of each single role that
 * a direct read has taken. And the handling of a signed DELETE leaves no door open.
 * @param options.roles false: only whole members
 */
export function violations(story: Story, options: { roles?: boolean } = {}): Violation[] {
  const members = new Map<string, Member>();
  const holders = new Map<string, string>();
  const strangers = new Set<string>();
  const memberOf = (memberId: string) => {
    const member = members.get(memberId) ?? newMember();
    members.set(memberId, member);
    return member;
  };
  const found: Violation[] = [];
  const report = (atMs: number, memberId: string, what: string) => found.push({ atMs, memberId, what });
  const { roles = true } = options;
  for (const moment of momentsOf(story)) {
    if (moment.is === 'truth') learn(memberOf(moment.truth.memberId), moment.truth);
    if (moment.is === 'get') show(memberOf(moment.memberId), moment.atMs, roles);
    if (moment.is === 'entry' && moment.entry.entry === 'row') enter(moment.entry);
    if (moment.is === 'entry' && moment.entry.entry === 'handled') handle(moment.entry);
  }
  return found;

  function enter(entry: AccessEntry & { entry: 'row' }): void {
    const before = holders.get(entry.userId ?? '');
    if (before !== undefined && before !== entry.memberId) write(before, entry.atMs, null); // the row went to another member
    if (entry.memberId === null) return;
    holders.set(entry.userId ?? '', entry.memberId);
    write(entry.memberId, entry.atMs, entry.row);
  }

  function write(memberId: string, atMs: number, row: RowState | null): void {
    const member = memberOf(memberId);
    member.row = row;
    for (const key of member.evidence) {
      if (!holds(row, key)) member.out.add(key);
      else if (member.out.delete(key)) report(atMs, memberId, `${key} is there again`);
    }
  }

  function handle(entry: AccessEntry & { entry: 'handled' }): void {
    const { memberId, outcome, atMs, svixId } = entry;
    const { says, publishedMs = 0 } = story.webhooks.get(svixId) ?? {};
    if (outcome.startsWith('unknown_')) strangers.add(svixId); // there was no row that it could have closed
    if (memberId === null || says !== 'gone' || strangers.has(svixId)) return;
    const member = memberOf(memberId);
    if (member.says?.says === 'active' || publishedMs < (member.says?.atMs ?? 0)) return; // it came back meanwhile
    member.evidence.add(access);
    if (holds(member.row, access)) report(atMs, memberId, `its signed DELETE was handled (${outcome}), and it is in`);
    else if (member.row !== null) member.out.add(access);
  }
}

const access = 'access';

/** What is known of a member at one moment. */
type Member = {
  says: Truth | null;
  row: RowState | null;
  /** Of what a direct read, or a handled DELETE, says that it is over: access, or a role. */
  evidence: Set<string>;
  /** What is over in the row, too: from now on it must stay so. */
  out: Set<string>;
};

function newMember(): Member {
  return { says: null, row: null, evidence: new Set(), out: new Set() };
}

function learn(member: Member, truth: Truth): void {
  // Still gone: what was handled since then stays evidence.
  const isStillOut = truth.says !== 'active' && member.says !== null && member.says.says !== 'active';
  member.says = isStillOut ? { ...truth, atMs: member.says?.atMs ?? truth.atMs } : truth;
  const held = truth.says === 'active' ? [access, ...truth.roles] : [];
  for (const key of held) {
    member.evidence.delete(key);
    member.out.delete(key);
  }
}

function show(member: Member, atMs: number, roles: boolean): void {
  const { says } = member;
  // In the same millisecond nobody knows which was first; and nothing follows from what can't be read.
  if (says === null || says.atMs >= atMs || says.says === 'unreadable') return;
  if (says.says === 'gone') member.evidence.add(access);
  if (!roles) return;
  const held = says.says === 'active' ? says.roles : [];
  for (const role of member.row?.scimRoles ?? []) if (!held.includes(role)) member.evidence.add(role);
}

function holds(row: RowState | null, key: string): boolean {
  if (row === null) return false;
  return key === access ? row.status === 'active' || row.scimRoles.length > 0 : row.scimRoles.includes(key);
}

type Moment =
  | { is: 'truth'; atMs: number; truth: Truth }
  | { is: 'get'; atMs: number; memberId: string }
  | { is: 'entry'; atMs: number; entry: AccessEntry };

/** In the order of time; what happened in the same millisecond, in the order in which one may follow from the other. */
function momentsOf({ truth, gets, entries }: Story): Moment[] {
  const moments: Moment[] = [
    ...truth.map((one): Moment => ({ is: 'truth', atMs: one.atMs, truth: one })),
    ...gets.map((one): Moment => ({ is: 'get', ...one })),
    ...entries.map((entry): Moment => ({ is: 'entry', atMs: entry.atMs, entry })),
  ];
  return moments.sort((a, b) => a.atMs - b.atMs);
}

/** Rows with roles given by hand that went to a member of somebody else, who has another e-mail address. */
export function givenAway(entries: readonly AccessEntry[], personOf: (memberId: string) => unknown): Violation[] {
  const last = new Map<string, AccessEntry & { entry: 'row' }>();
  return entries.flatMap((entry) => {
    if (entry.entry !== 'row' || entry.userId === null || entry.memberId === null || entry.row === null) return [];
    const before = last.get(entry.userId);
    last.set(entry.userId, entry);
    if (before === undefined || entry.row.manualRoles.length === 0) return [];
    const isStranger = personOf(before.memberId ?? '') !== personOf(entry.memberId);
    const isSameEmail = before.row?.email.toLowerCase() === entry.row.email.toLowerCase();
    return isStranger && !isSameEmail
      ? [{ ...entry, memberId: entry.memberId, what: 'it has got the row of another' }]
      : [];
  });
}

/** Members whose rows changed in anything but the date of their reading, though nothing happened to them. */
export function unsettled(entries: readonly AccessEntry[], memberIds: ReadonlySet<string>): Violation[] {
  const first = new Map<string, string>();
  return entries.flatMap((entry) => {
    if (entry.entry !== 'row' || entry.memberId === null || !memberIds.has(entry.memberId)) return [];
    const now = JSON.stringify(entry.row);
    const before = first.get(entry.memberId) ?? now;
    first.set(entry.memberId, before);
    return before === now ? [] : [{ ...entry, memberId: entry.memberId, what: `${before} became ${now}` }];
  });
}
