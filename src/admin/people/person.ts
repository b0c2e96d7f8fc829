import { type Database, withDatabaseErrors } from '../../database/database.js';
import { Refusal } from '../../http/refusal.js';
import { readPeople, type TeamPerson } from './people.js';

/** One person, with the reasons of their state. */
export type PersonDetails = TeamPerson & {
  /** Why they were last deactivated, from sync_events. Null if it is not recorded. */
  deactivatedBecause: string | null;
  /** The roles that they lost, latest first, without those that they hold again. */
  lost: { role: string; at: string }[];
};

/** Values and roles on a person's page. Nobody should have more. */
const listedMax = 200;
const lostMax = 20;
/** The latest events of one person that are searched. */
const eventsMax = 1_000;

/** @throws Refusal (`not_found`) when the team has no such person */
export async function readPerson(database: Database, teamId: string, id: string): Promise<PersonDetails> {
  const { people } = await readPeople(database, teamId, { q: id, limit: 1 }, listedMax);
  const [person] = people;
  if (person === undefined || person.id !== id.toLowerCase()) {
    throw new Refusal('not_found', 'Your team has no such person.');
  }
  const [because, lost] = await withDatabaseErrors(() =>
    Promise.all([readReason(database, person), readLost(database, person)]),
  );
  return { ...person, deactivatedBecause: because, lost };
}

async function readReason(database: Database, { id, status }: TeamPerson): Promise<string | null> {
  if (status === 'active') return null;
  const [row] = await database.$queryRaw<{ because: string | null }[]>`
    WITH latest AS (SELECT * FROM sync_events WHERE user_id = ${id}::uuid ORDER BY id DESC LIMIT ${eventsMax})
    SELECT c->>'because' AS because FROM latest e CROSS JOIN LATERAL jsonb_array_elements(e.changes) c
    WHERE c->>'type' = 'user_deactivated' ORDER BY e.id DESC LIMIT 1`;
  return row?.because ?? null;
}

async function readLost(database: Database, { id }: TeamPerson): Promise<PersonDetails['lost']> {
  const rows = await database.$queryRaw<{ role: string; at: Date }[]>`
    WITH latest AS (SELECT * FROM sync_events WHERE user_id = ${id}::uuid ORDER BY id DESC LIMIT ${eventsMax})
    SELECT c->>'role' AS role, max(e.applied_at) AS at
    FROM latest e CROSS JOIN LATERAL jsonb_array_elements(e.changes) c
    WHERE c->>'type' = 'role_revoked' AND NOT EXISTS (
      SELECT FROM role_grants g JOIN roles r ON r.id = g.role_id WHERE g.user_id = ${id}::uuid AND r.name = c->>'role')
    GROUP BY 1 ORDER BY 2 DESC LIMIT ${lostMax}`;
  return rows.map(({ role, at }) => ({ role, at: at.toISOString() }));
}
