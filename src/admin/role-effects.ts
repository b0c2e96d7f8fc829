import { createHash } from 'node:crypto';
import type { Database, Transaction } from '../database.js';

/** What creating, renaming or deleting a role does to people, known before it is done. */
export type RoleEffect = {
  gain: People;
  lose: People;
  /** Grants made by hand, which go with a role that is deleted. */
  loseManual: People;
  /** The fingerprint of this very effect: who confirms it sends it back, and is asked again if it is another by then. */
  fingerprint: string;
};

export type People = { total: number; people: Person[] };
export type Person = { id: string; name: string; email: string };

/** Who holds a role now, by SCIM, and who holds the value that it is to match. */
export type Holders = { now: readonly Person[]; wanted: readonly Person[]; byHand: readonly Person[] };

/** Pure: the same that the plan decides for each of them when it comes to it. */
export function roleEffect({ now, wanted, byHand }: Holders): RoleEffect {
  const [has, shall] = [idsOf(now), idsOf(wanted)];
  const gain = wanted.filter(({ id }) => !has.has(id));
  const lose = now.filter(({ id }) => !shall.has(id));
  const text = JSON.stringify([gain, lose, byHand].map((people) => [...idsOf(people)].sort()));
  const fingerprint = createHash('sha256').update(text).digest('base64url').slice(0, 22);
  return { gain: shown(gain), lose: shown(lose), loseManual: shown(byHand), fingerprint };
}

/** Names for the page, a number for the rest. */
const shownMax = 50;

function shown(people: readonly Person[]): People {
  return { total: people.length, people: people.slice(0, shownMax) };
}

function idsOf(people: readonly Person[]): Set<string> {
  return new Set(people.map(({ id }) => id));
}

/** Active users of the team of whom the IdP says that they hold the value. */
export function holdersOfValue(database: Database | Transaction, teamId: string, value: string): Promise<Person[]> {
  return database.$queryRaw<Person[]>`
    SELECT u.id::text, u.name, u.email FROM users u
    WHERE u.team_id = ${teamId}::uuid AND u.status = 'active'
      AND EXISTS (SELECT 1 FROM idp_role_values v WHERE v.user_id = u.id AND v.value = ${value})
    ORDER BY u.name, u.email, u.id`;
}

export function holdersOfRole(
  database: Database | Transaction,
  roleId: string,
  source: 'scim' | 'manual',
): Promise<Person[]> {
  return database.$queryRaw<Person[]>`
    SELECT u.id::text, u.name, u.email FROM role_grants g JOIN users u ON u.id = g.user_id
    WHERE g.role_id = ${roleId}::uuid AND g.source = ${source} ORDER BY u.name, u.email, u.id`;
}
