import { type Database, withDatabaseErrors } from '../database/database.js';
import { idOrNull } from '../directory/ids.js';

/** A person as pages and the command line name them. */
export type PersonName = { userId: string; memberId: string | null; name: string; email: string };

/** The names of teams and people, by id. An id that Scanner does not know has none. */
export type Names = {
  team(id: string | null): string | null;
  /** @param id a user's id or a member's id */
  person(id: string | null): PersonName | null;
};

/** Characters of a name or an e-mail. An identity provider may send a megabyte. */
const nameCharacters = 120;

/** Looks up the names of one page. @param ids.people ids of users or of members */
export async function namesOf(
  database: Database,
  ids: { teams?: readonly (string | null)[]; people?: readonly (string | null)[] },
): Promise<Names> {
  const known = (list: readonly (string | null)[] = []) => [...new Set(list.flatMap((id) => idOrNull(id) ?? []))];
  const [teamIds, personIds] = [known(ids.teams), known(ids.people)];
  const [teams, people] = await withDatabaseErrors(() =>
    Promise.all([
      teamIds.length === 0
        ? []
        : database.$queryRaw<{ id: string; name: string }[]>`
            SELECT id::text, left(name, ${nameCharacters}::int) AS name FROM teams WHERE id::text = ANY(${teamIds}::text[])`,
      personIds.length === 0
        ? []
        : database.$queryRaw<PersonName[]>`
            SELECT id::text AS "userId", stytch_member_id AS "memberId", left(name, ${nameCharacters}::int) AS name,
              left(email, ${nameCharacters}::int) AS email
            FROM users WHERE stytch_member_id = ANY(${personIds}::text[]) OR id = ANY(${personIds.filter(isUuid)}::uuid[])`,
    ]),
  );
  const teamNames = new Map(teams.map(({ id, name }) => [id, name]));
  const personNames = new Map<string, PersonName>();
  for (const one of people) for (const id of [one.userId, one.memberId]) if (id !== null) personNames.set(id, one);
  return {
    team: (id) => teamNames.get(id ?? '') ?? null,
    person: (id) => personNames.get(id ?? '') ?? null,
  };
}

export function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}

/** `Acme (5c0…)`: the name, with the id beside it. Pure. */
export function teamText(names: Names, id: string | null, none = '—'): string {
  if (id === null) return none;
  const name = names.team(id);
  return name === null ? id : `${name} (${id})`;
}

/** `Ada Byron <ada@acme.example> (member-…)`. Pure. */
export function personText(names: Names, id: string | null, none = '—'): string {
  if (id === null) return none;
  const person = names.person(id);
  return person === null ? id : `${nameText(person)} (${id})`;
}

/** `Ada Byron <ada@acme.example>`, or the e-mail alone. Pure. */
export function nameText({ name, email }: Pick<PersonName, 'name' | 'email'>): string {
  if (name === '' || name === email) return email;
  return email === '' ? name : `${name} <${email}>`;
}
