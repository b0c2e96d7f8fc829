/** What to do about active users whom a complete sweep did not find, neither in the listing nor by id. */
export type AbsenceVerdict =
  | { verdict: 'nobody' }
  /** Few users: ask Stytch for each of them directly, and accept its “not found”. */
  | { verdict: 'confirm'; userIds: string[] }
  /** Too many users at once: change nothing until a person decides. */
  | { verdict: 'hold'; userIds: string[] };

export type Absence = {
  missing: readonly string[];
  /** The team's active users before the sweep. */
  activeUsers: number;
  /** Stytch says that the organization does not exist. Then nothing that it says about the members is evidence. */
  organizationGone: boolean;
  /** Users whose deactivation a person has discarded, and whom no sweep has found since. */
  discarded: ReadonlySet<string>;
};

/** A mistake with ten people can be repaired by hand. A mistake with a tenth of a company is an incident. */
const alwaysAllowed = 10;
const allowedShare = 0.1;

/** Absence is weak evidence. The more users are missing at once, the more likely it is that the listing is wrong. */
export function judgeAbsence({ missing, activeUsers, organizationGone, discarded }: Absence): AbsenceVerdict {
  const userIds = missing.filter((userId) => !discarded.has(userId));
  if (userIds.length === 0) return { verdict: 'nobody' };
  const tooMany = userIds.length > Math.max(alwaysAllowed, activeUsers * allowedShare);
  return { verdict: tooMany || organizationGone ? 'hold' : 'confirm', userIds };
}
