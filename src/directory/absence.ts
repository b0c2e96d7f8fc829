/** What to do about active users whom a whole sweep did not see, neither in the listing nor when it asked for them by id. */
export type AbsenceVerdict =
  | { verdict: 'nobody' }
  /** Few enough: ask Stytch about each directly, and believe its own "not found". */
  | { verdict: 'confirm'; userIds: string[] }
  /** Too many at once to be leavers: nobody is touched until a person decides. */
  | { verdict: 'hold'; userIds: string[] };

export type Absence = {
  missing: readonly string[];
  /** The team's active users before the sweep. */
  activeUsers: number;
  /** Stytch says that there is no such organization: what it says of the members is then no evidence, however few. */
  organizationGone: boolean;
  /** Users whose deactivation a person has discarded, and whom no sweep has seen since. */
  discarded: ReadonlySet<string>;
};

/** An outage that hides ten people is repaired by hand; one that hides a tenth of a company is an incident. */
const alwaysAllowed = 10;
const allowedShare = 0.1;

/** Absence is weak evidence: the more there is of it at once, the more likely the listing is wrong. */
export function judgeAbsence({ missing, activeUsers, organizationGone, discarded }: Absence): AbsenceVerdict {
  const userIds = missing.filter((userId) => !discarded.has(userId));
  if (userIds.length === 0) return { verdict: 'nobody' };
  const tooMany = userIds.length > Math.max(alwaysAllowed, activeUsers * allowedShare);
  return { verdict: tooMany || organizationGone ? 'hold' : 'confirm', userIds };
}
