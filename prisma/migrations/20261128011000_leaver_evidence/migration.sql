-- CreateTable
CREATE TABLE "evidence" (
    "team_id" UUID NOT NULL,
    "line" INTEGER NOT NULL,
    "user_id" UUID,
    "identity" TEXT NOT NULL,
    "trigger" TEXT NOT NULL,
    "event_type" TEXT,
    "event_id" TEXT,
    "svix_id" TEXT,
    "because" TEXT,
    "event_sent" TIMESTAMPTZ(3),
    "received" TIMESTAMPTZ(3),
    "committed" TIMESTAMPTZ(3) NOT NULL,
    "grants_revoked" INTEGER NOT NULL,
    "keys_revoked" INTEGER NOT NULL,
    "previous" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "stytch_member_id" TEXT,
    "email" TEXT,
    "salt" TEXT,

    CONSTRAINT "evidence_pkey" PRIMARY KEY ("team_id", "line")
);

-- CreateTable
CREATE TABLE "evidence_followups" (
    "id" BIGSERIAL NOT NULL,
    "user_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "evidence_followups_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "evidence_begins" (
    "id" BIGSERIAL NOT NULL,
    "begins_at" TIMESTAMPTZ(3) NOT NULL,
    "noted_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "evidence_begins_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "read_log" (
    "id" BIGSERIAL NOT NULL,
    "actor" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "target" TEXT NOT NULL,
    "at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "details" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "read_log_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "evidence_user_id_idx" ON "evidence"("user_id");

-- CreateIndex
CREATE INDEX "evidence_committed_idx" ON "evidence"("committed");

-- CreateIndex
CREATE INDEX "evidence_followups_user_id_at_idx" ON "evidence_followups"("user_id", "at");

-- CreateIndex
CREATE INDEX "evidence_followups_at_idx" ON "evidence_followups"("at");

-- CreateIndex
CREATE INDEX "read_log_at_idx" ON "read_log"("at");


-- Prisma can't express what follows. Functions with SECURITY DEFINER do what the application's role may not do itself; the end
-- of this file fixes their search_path. The format of the hashes is documented in src/support/export/format.md.

ALTER TABLE "evidence_followups" ADD CONSTRAINT "evidence_followups_kind_check" CHECK ("kind" IN ('sessions_revoked', 'returned'));

CREATE FUNCTION "one_line"(said text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
  AS $$ SELECT regexp_replace(said, '[\r\n]+', ' ', 'g') $$;

CREATE FUNCTION "evidence_time"(moment timestamptz) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT to_char(moment AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') $$;

-- The hash of a line: SHA-256 of these fields, one a row of text, an unknown one empty.
CREATE FUNCTION "evidence_hash"(fields text[]) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
  AS $$ SELECT encode(sha256(convert_to(array_to_string(fields, E'\n', ''), 'UTF8')), 'hex') $$;

-- Gives a line its number and its place in the team's chain. The lock is taken in the last statement of the transaction that
-- deactivates people, so those who wait for it hold no lock that its owner needs.
CREATE FUNCTION "chain_evidence"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  head record;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('scim evidence ' || NEW.team_id::text, 0));
  SELECT line, hash INTO head FROM evidence WHERE team_id = NEW.team_id ORDER BY line DESC LIMIT 1;
  NEW.line := COALESCE(head.line, 0) + 1;
  NEW.previous := COALESCE(head.hash, repeat('0', 64));
  NEW.salt := gen_random_uuid()::text;
  NEW.identity := evidence_hash(ARRAY[NEW.salt, NEW.stytch_member_id, NEW.email]);
  NEW.hash := evidence_hash(ARRAY[NEW.previous, NEW.line::text, NEW.user_id::text, NEW.identity, NEW.trigger, NEW.event_type,
    NEW.event_id, NEW.svix_id, NEW.because, evidence_time(NEW.event_sent), evidence_time(NEW.received),
    evidence_time(NEW.committed), NEW.grants_revoked::text, NEW.keys_revoked::text]);
  RETURN NEW;
END $$;
CREATE TRIGGER "evidence_chained" BEFORE INSERT ON "evidence" FOR EACH ROW EXECUTE FUNCTION "chain_evidence"();

-- A leaver's line. An event whose own time was impossible counts as sent when it was received; that is no time of the event.
CREATE FUNCTION "write_evidence"(event bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO evidence (team_id, line, user_id, identity, trigger, event_type, event_id, svix_id, because, event_sent, received,
    committed, grants_revoked, keys_revoked, previous, hash, stytch_member_id, email)
  SELECT e.team_id, 0, e.user_id, '', e.trigger, one_line(e.event_type), one_line(e.event_id), one_line(e.svix_id),
    jsonb_path_query_first(e.changes, '$[*] ? (@.type == "user_deactivated").because') #>> '{}',
    NULLIF(e.sent_at, e.received_at), e.received_at, e.applied_at,
    jsonb_array_length(jsonb_path_query_array(e.changes, '$[*] ? (@.type == "role_revoked")')),
    jsonb_array_length(jsonb_path_query_array(e.changes, '$[*] ? (@.type == "api_key_revoked")')), '', '',
    one_line(e.stytch_member_id), one_line(u.email)
  FROM sync_events e LEFT JOIN users u ON u.id = e.user_id WHERE e.id = event;
END $$;

-- Every event that changed something passes here, whatever program or version recorded it.
CREATE FUNCTION "record_evidence"() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  IF NEW.changes @> '[{"type":"user_deactivated"}]' AND NEW.team_id IS NOT NULL THEN
    PERFORM write_evidence(NEW.id);
  END IF;
  IF NEW.user_id IS NOT NULL AND (NEW.trigger = 'session' OR NEW.changes @> '[{"type":"user_reactivated"}]') THEN
    INSERT INTO evidence_followups (user_id, kind, at)
    VALUES (NEW.user_id, CASE WHEN NEW.trigger = 'session' THEN 'sessions_revoked' ELSE 'returned' END, NEW.applied_at);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER "sync_events_recorded" AFTER INSERT ON "sync_events" FOR EACH ROW
  WHEN (NEW.outcome = 'changed' AND (NEW.trigger = 'session' OR NEW.changes @> '[{"type":"user_deactivated"}]'
    OR NEW.changes @> '[{"type":"user_reactivated"}]'))
  EXECUTE FUNCTION "record_evidence"();

-- What sync_events still have. Older events are removed in their order, so the record is whole from the first one on.
INSERT INTO "evidence_begins" ("begins_at") SELECT COALESCE(min("applied_at"), clock_timestamp()) FROM "sync_events";
DO $$ BEGIN
  PERFORM write_evidence(e.id) FROM sync_events e WHERE changes @> '[{"type":"user_deactivated"}]' AND outcome = 'changed'
    AND team_id IS NOT NULL ORDER BY id;
END $$;
INSERT INTO "evidence_followups" ("user_id", "kind", "at")
  SELECT "user_id", CASE WHEN "trigger" = 'session' THEN 'sessions_revoked' ELSE 'returned' END, "applied_at"
  FROM "sync_events" WHERE "user_id" IS NOT NULL AND "outcome" = 'changed'
    AND ("trigger" = 'session' OR "changes" @> '[{"type":"user_reactivated"}]') ORDER BY "id";

-- These tables are only added to. Rights alone do not hold this, because the owner of a table has them all: the functions below
-- say that they are at work, and run as the owner. The application's role can do the first, but not the second.
CREATE FUNCTION "refuse_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'TRUNCATE' AND current_setting('scim.removing', true) = 'on'
    AND current_user = (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = TG_RELID) THEN
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
  END IF;
  RAISE EXCEPTION '% is append-only. Rows end by their retention, and names by the verb erase.', TG_TABLE_NAME
    USING ERRCODE = 'insufficient_privilege';
END $$;
DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['audit_log', 'read_log', 'evidence', 'evidence_followups', 'evidence_begins'] LOOP
    EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR DELETE ON %I FOR EACH ROW EXECUTE FUNCTION refuse_change()',
      name || '_append_only', name);
    EXECUTE format('CREATE TRIGGER %I BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()',
      name || '_not_emptied', name);
  END LOOP;
END $$;

-- The two functions below act for roles that may add to audit_log, and for no other role of the database.
CREATE FUNCTION "require_writer"() RETURNS void LANGUAGE plpgsql STABLE AS $$
BEGIN
  IF NOT has_table_privilege(session_user, 'audit_log', 'INSERT') THEN
    RAISE EXCEPTION 'Only roles that write audit_log may do this.' USING ERRCODE = 'insufficient_privilege';
  END IF;
END $$;

-- Removes up to `rows_max` rows of each log that are older than `days`, but never rows of the last year. A team keeps its last line, so
-- that its chain goes on. The removal itself is recorded.
CREATE FUNCTION "remove_old_records"(days integer, rows_max integer) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
  cutoff timestamptz := clock_timestamp() - make_interval(days => GREATEST(days, 365));
  acts integer;
  reads integer;
  lines integer;
  last_lines integer;
  removed jsonb;
BEGIN
  PERFORM require_writer();
  INSERT INTO evidence_begins (begins_at) SELECT COALESCE(min(applied_at), clock_timestamp()) FROM sync_events
    HAVING NOT EXISTS (SELECT FROM evidence_begins); -- in a database that was adopted with its tables
  PERFORM set_config('scim.removing', 'on', true);
  DELETE FROM audit_log WHERE id IN (SELECT id FROM audit_log WHERE at < cutoff ORDER BY at LIMIT rows_max);
  GET DIAGNOSTICS acts = ROW_COUNT;
  DELETE FROM read_log WHERE id IN (SELECT id FROM read_log WHERE at < cutoff ORDER BY at LIMIT rows_max);
  GET DIAGNOSTICS reads = ROW_COUNT;
  DELETE FROM evidence WHERE (team_id, line) IN (SELECT team_id, line FROM evidence e WHERE committed < cutoff
    AND EXISTS (SELECT FROM evidence later WHERE later.team_id = e.team_id AND later.line > e.line)
    ORDER BY committed LIMIT rows_max);
  GET DIAGNOSTICS lines = ROW_COUNT;
  UPDATE evidence SET stytch_member_id = NULL, email = NULL, salt = NULL
    WHERE (team_id, line) IN (SELECT team_id, line FROM evidence e WHERE committed < cutoff AND salt IS NOT NULL
      AND NOT EXISTS (SELECT FROM evidence later WHERE later.team_id = e.team_id AND later.line > e.line) LIMIT rows_max);
  GET DIAGNOSTICS last_lines = ROW_COUNT;
  DELETE FROM evidence_followups WHERE id IN (SELECT id FROM evidence_followups WHERE at < cutoff ORDER BY at LIMIT rows_max);
  PERFORM set_config('scim.removing', '', true);
  removed := jsonb_build_object('audit_log', acts, 'read_log', reads, 'evidence', lines);
  IF lines + last_lines > 0 THEN
    INSERT INTO evidence_begins (begins_at) VALUES (cutoff);
  END IF;
  IF acts + reads + lines > 0 THEN
    INSERT INTO audit_log (actor, action, target, details)
    VALUES ('scanner-scim', 'retention', 'records before ' || evidence_time(cutoff), removed);
  END IF;
  RETURN removed;
END $$;

-- Erases a person who has left. The row in users stays, without a name, because other rows point to it: its id is the
-- pseudonym under which evidence and audit_log remain. @returns how many rows of each table lost a name
CREATE FUNCTION "erase_person"(erased uuid, by_actor text, for_reason text, about jsonb) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
  known record;
  members text[];
  names text[];
  one text;
  pattern text;
  counts jsonb;
  changed integer;
  acts integer := 0;
BEGIN
  PERFORM require_writer();
  SELECT team_id, stytch_member_id, email, status, scim_external_id INTO known FROM users WHERE id = erased FOR UPDATE;
  IF known.status = 'active' THEN
    RAISE EXCEPTION 'User % is active.', erased USING ERRCODE = 'object_not_in_prerequisite_state';
  END IF;
  members := ARRAY(SELECT DISTINCT m FROM (
    SELECT known.stytch_member_id AS m UNION SELECT stytch_member_id FROM evidence WHERE user_id = erased
    UNION SELECT stytch_member_id FROM sync_events WHERE user_id = erased) ids
    WHERE m IS NOT NULL AND NOT EXISTS (SELECT FROM users u WHERE u.stytch_member_id = m AND u.id <> erased));
  names := ARRAY(SELECT DISTINCT lower(n) FROM (
    SELECT known.email AS n UNION SELECT email FROM evidence WHERE user_id = erased) emails WHERE n LIKE '%_@_%');

  UPDATE users SET email = 'erased-' || id || '@erased.invalid', name = '', stytch_member_id = NULL, scim_external_id = NULL,
    observed_at = NULL, updated_at = clock_timestamp() WHERE id = erased;
  GET DIAGNOSTICS changed = ROW_COUNT;
  counts := jsonb_build_object('users', changed);
  DELETE FROM idp_role_values WHERE user_id = erased;
  GET DIAGNOSTICS changed = ROW_COUNT;
  counts := counts || jsonb_build_object('idp_role_values', changed);
  UPDATE api_keys SET name = 'erased' WHERE owner_user_id = erased AND name <> 'erased';
  GET DIAGNOSTICS changed = ROW_COUNT;
  counts := counts || jsonb_build_object('api_keys', changed);
  DELETE FROM session_revocations WHERE user_id = erased;
  DELETE FROM failed_hints WHERE stytch_member_id = ANY (members); -- if one is missing, a job counts twice
  UPDATE scim_connections SET created_by = erased::text WHERE created_by = ANY (members);
  DELETE FROM shared_external_ids s WHERE s.team_id = known.team_id AND s.external_id = known.scim_external_id
    AND NOT EXISTS (SELECT FROM users u WHERE u.team_id = s.team_id AND u.scim_external_id = s.external_id);
  UPDATE sync_events SET stytch_member_id = NULL WHERE user_id = erased AND stytch_member_id = ANY (members);
  GET DIAGNOSTICS changed = ROW_COUNT;
  counts := counts || jsonb_build_object('sync_events', changed);

  PERFORM set_config('scim.removing', 'on', true);
  UPDATE evidence SET stytch_member_id = NULL, email = NULL, salt = NULL WHERE user_id = erased AND salt IS NOT NULL;
  GET DIAGNOSTICS changed = ROW_COUNT;
  counts := counts || jsonb_build_object('evidence', changed);
  INSERT INTO audit_log (actor, action, target, reason, details)
  VALUES (by_actor, 'erase', 'user ' || erased, for_reason, about || jsonb_build_object('erased', counts));
  -- In the row above, too: its reason may name the person.
  FOREACH one IN ARRAY members || names LOOP
    -- As a whole word: ada@acme.example is not a part of linda@acme.example.
    pattern := '(?<![[:alnum:]._%+-])' || regexp_replace(one, '([]^.$*+?(){}\\|[-])', '\\\1', 'g')
      || '(?![[:alnum:]-]|\.[[:alnum:]])';
    UPDATE audit_log SET actor = regexp_replace(actor, pattern, erased::text, 'gi'),
      target = regexp_replace(target, pattern, erased::text, 'gi'), reason = regexp_replace(reason, pattern, erased::text, 'gi'),
      details = regexp_replace(details::text, pattern, erased::text, 'gi')::jsonb
    WHERE position(lower(one) IN lower(concat_ws(' ', actor, target, reason, details::text))) > 0;
    GET DIAGNOSTICS changed = ROW_COUNT;
    acts := acts + changed;
    UPDATE read_log SET target = regexp_replace(target, pattern, erased::text, 'gi')
    WHERE position(lower(one) IN lower(target)) > 0;
  END LOOP;
  PERFORM set_config('scim.removing', '', true);
  RETURN counts || jsonb_build_object('audit_log', acts);
END $$;

-- As the owner, so with a search_path of their own: a caller's temporary table must not take the place of one of these.
DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['record_evidence()', 'remove_old_records(integer, integer)', 'erase_person(uuid, text, text, jsonb)'] LOOP
    EXECUTE format('ALTER FUNCTION %s SET search_path = %s, pg_temp', name,
      (SELECT string_agg(quote_ident(s), ', ') FROM unnest(current_schemas(false)) AS s));
  END LOOP;
END $$;
