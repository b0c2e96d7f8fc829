import type { Database } from '../../src/database/database.js';

/** What a user's row says and gives, as a transaction left it. */
export type RowState = {
  status: string;
  email: string;
  externalId: string | null;
  /** Names of the roles that SCIM granted, and of those that somebody granted by hand. */
  scimRoles: string[];
  manualRoles: string[];
};

export type AccessEntry = { atMs: number; teamId: string | null; userId: string | null; memberId: string | null } & (
  | { entry: 'row'; row: RowState | null }
  /** A hint has its row in sync_events: it is handled. */
  | { entry: 'handled'; svixId: string; eventType: string; outcome: string }
);

export type AccessLog = {
  entries(): Promise<AccessEntry[]>;
  /** Forgets everything but what the rows say now. */
  startAnew(): Promise<void>;
};

/**
 * A log of every state that a committed transaction left a user in, and of every hint that was handled. The database keeps
 * it, by triggers, so nothing that lasts for a moment only is missed. What a transaction did and undid on its way is not in it.
 */
export async function keepAccessLog(database: Database): Promise<AccessLog> {
  for (const statement of installation) await database.$executeRawUnsafe(statement);
  return {
    entries: () => database.$queryRaw<AccessEntry[]>`
      SELECT (extract(epoch FROM at) * 1000)::float8 AS "atMs", team_id::text AS "teamId", user_id::text AS "userId",
        member_id AS "memberId", CASE WHEN svix_id IS NULL THEN 'row' ELSE 'handled' END AS entry, state AS row,
        svix_id AS "svixId", event_type AS "eventType", outcome
      FROM access_log l WHERE svix_id IS NOT NULL OR NOT EXISTS (
        SELECT FROM access_log later WHERE later.tx = l.tx AND later.user_id = l.user_id AND later.id > l.id
          AND later.svix_id IS NULL)
      ORDER BY id`,
    startAnew: async () => {
      await database.$executeRaw`TRUNCATE access_log`;
      await database.$executeRaw`SELECT count(log_access_of(id)) FROM users`;
    },
  };
}

const installation = [
  `CREATE TABLE access_log (id bigserial PRIMARY KEY, tx bigint NOT NULL DEFAULT txid_current(),
    at timestamptz NOT NULL DEFAULT clock_timestamp(), team_id uuid, user_id uuid, member_id text, state jsonb,
    svix_id text, event_type text, outcome text)`,
  'CREATE INDEX ON access_log (tx, user_id)',
  `CREATE FUNCTION log_access_of(who uuid) RETURNS void LANGUAGE sql AS $$
    INSERT INTO access_log (team_id, user_id, member_id, state)
    SELECT u.team_id, who, u.stytch_member_id, CASE WHEN u.id IS NOT NULL THEN jsonb_build_object(
      'status', u.status, 'email', u.email, 'externalId', u.scim_external_id,
      'scimRoles', ARRAY(SELECT r.name FROM role_grants g JOIN roles r ON r.id = g.role_id
        WHERE g.user_id = who AND g.source = 'scim' ORDER BY 1),
      'manualRoles', ARRAY(SELECT r.name FROM role_grants g JOIN roles r ON r.id = g.role_id
        WHERE g.user_id = who AND g.source <> 'scim' ORDER BY 1)) END
    FROM (SELECT 1) one LEFT JOIN users u ON u.id = who $$`,
  ...trigger('users', 'INSERT OR UPDATE OR DELETE', 'PERFORM log_access_of(coalesce(NEW.id, OLD.id))'),
  ...trigger('role_grants', 'INSERT OR UPDATE OR DELETE', 'PERFORM log_access_of(coalesce(NEW.user_id, OLD.user_id))'),
  ...trigger(
    'sync_events',
    'INSERT',
    `IF NEW.trigger = 'hint' THEN
      INSERT INTO access_log (team_id, user_id, member_id, svix_id, event_type, outcome)
      VALUES (NEW.team_id, NEW.user_id, NEW.stytch_member_id, NEW.svix_id, NEW.event_type, NEW.outcome);
    END IF`,
  ),
];

function trigger(table: string, events: string, statement: string): string[] {
  return [
    `CREATE FUNCTION log_${table}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${statement}; RETURN NULL; END $$`,
    `CREATE TRIGGER log_access AFTER ${events} ON ${table} FOR EACH ROW EXECUTE FUNCTION log_${table}()`,
  ];
}
