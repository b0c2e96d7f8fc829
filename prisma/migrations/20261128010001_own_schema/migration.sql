-- Our own tables move from public into a schema of their own, because other programs have an audit_log, too. Nothing is copied:
-- rows, indexes, keys, sequences and rights stay as they are. The version before finds views under the old names, which
-- PostgreSQL updates by itself, so it can run beside this one. The next version removes them.

-- Somebody holds a table for longer: give up, so that nobody waits behind us, and try again.
SET LOCAL lock_timeout = '5s';

DO $$
DECLARE
  relation text;
  granted record;
BEGIN
  IF current_schema() <> 'public' THEN
    RETURN; -- They are not in public: only earlier versions made them there.
  END IF;
  CREATE SCHEMA IF NOT EXISTS scim;
  -- All at once, and first: what follows waits for nobody.
  LOCK TABLE sync_events, audit_log, idp_role_values, scim_connections, team_syncs, held_changes, role_changes,
    api_key_changes, shared_external_ids, session_revocations, worker_reports, schedule_runs, stytch_search_budget,
    replay_batches, replays, failed_hints IN ACCESS EXCLUSIVE MODE;
  FOREACH relation IN ARRAY ARRAY['sync_events', 'audit_log', 'idp_role_values', 'scim_connections', 'team_syncs',
    'held_changes', 'role_changes', 'api_key_changes', 'shared_external_ids', 'session_revocations', 'worker_reports',
    'schedule_runs', 'stytch_search_budget', 'replay_batches', 'replays', 'failed_hints', 'scim_wanted_grants', 'scim_connected_teams']
  LOOP
    EXECUTE format('ALTER TABLE public.%I SET SCHEMA scim', relation);
    EXECUTE format('CREATE VIEW public.%I AS SELECT * FROM scim.%I', relation, relation);
    FOR granted IN
      SELECT DISTINCT CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END AS to_role,
        a.privilege_type AS privilege
      FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) a
      WHERE c.oid = format('scim.%I', relation)::regclass AND a.grantee <> c.relowner
        AND a.privilege_type IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE')
    LOOP
      EXECUTE format('GRANT %s ON public.%I TO %s', granted.privilege, relation, granted.to_role);
      EXECUTE format('GRANT USAGE ON SCHEMA scim TO %s', granted.to_role);
    END LOOP;
  END LOOP;
  ALTER FUNCTION public.note_role_change() SET search_path = scim, public;
  ALTER FUNCTION public.record_role_deletion() SET search_path = scim, public;
  ALTER FUNCTION public.note_api_key_change() SET search_path = scim, public;
  ALTER FUNCTION public.note_role_change() SET SCHEMA scim;
  ALTER FUNCTION public.record_role_deletion() SET SCHEMA scim;
  ALTER FUNCTION public.note_api_key_change() SET SCHEMA scim;
  ALTER FUNCTION public.email_key(text) SET SCHEMA scim;
  -- PostgreSQL puts the body in the place of the call, so the version before still uses the indexes.
  CREATE FUNCTION public.email_key(email text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS 'SELECT scim.email_key(email)';
END $$;
