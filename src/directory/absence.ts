/** What to do about active users whom a complete sweep did not find, neither in the listing nor by id. */
export type AbsenceVerdict =
  | { verdict: 'nobody' }
  /** Few users: ask Stytch for each of them directly, and accept its “not found”. */
  | { verdict: 'confirm'; userIds: string[] }
  /** Too many users at once: change nothing until a person decides. */
  | { verdict: 'hold'; userIds: string[] };

export type Absence = {
  missing: readonly string[];
  /** A few users that the listing did not show, and that are so young that it may not show them yet. */
  young: readonly string[];
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

/**
 * Absence is weak evidence. The more users are missing at once, the more likely it is that the listing is wrong. Young users
 * count only when they are few: many of them have just joined, and the search does not show them yet.
 */
export function judgeAbsence({ missing, young, activeUsers, organizationGone, discarded }: Absence): AbsenceVerdict {
  const kept = (userIds: readonly string[]) => userIds.filter((userId) => !discarded.has(userId));
  const isTooMany = (count: number) => count > Math.max(alwaysAllowed, activeUsers * allowedShare);
  const userIds = kept(missing);
  if (isTooMany(userIds.length) || (organizationGone && userIds.length > 0)) return { verdict: 'hold', userIds };
  const all = organizationGone ? userIds : [...userIds, ...kept(young)];
  const asked = isTooMany(all.length) ? userIds : all;
  return asked.length === 0 ? { verdict: 'nobody' } : { verdict: 'confirm', userIds: asked };
}
