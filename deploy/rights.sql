-- The rights of the processes: server, worker and support. They read and write rows, own no table and make none. Run this as
-- the role that runs npm run migrate, after it, and again after each upgrade; a second run changes nothing. Give the role a
-- password (ALTER ROLE scanner_scim PASSWORD '…'), and put it into DATABASE_URL. Migrations keep their own role.

DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'scanner_scim') THEN
    CREATE ROLE scanner_scim LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE;
  END IF;
END $$;

-- Scanner's own tables. Teams are never made or removed, users and API keys never removed.
GRANT USAGE ON SCHEMA public, scim TO scanner_scim;
GRANT SELECT, UPDATE ON public.teams TO scanner_scim;
GRANT SELECT, INSERT, UPDATE ON public.users TO scanner_scim;
GRANT SELECT, UPDATE ON public.api_keys TO scanner_scim;
GRANT SELECT, INSERT, UPDATE, DELETE ON public.roles, public.role_grants TO scanner_scim;

-- Ours. The record of migrations is only read.
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA scim TO scanner_scim;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA scim TO scanner_scim;
REVOKE INSERT, UPDATE, DELETE ON scim._prisma_migrations FROM scanner_scim;

-- What is recorded stays. Functions of the owner remove rows by their retention, and erase people (data.md).
REVOKE UPDATE, DELETE, TRUNCATE ON scim.audit_log, scim.read_log FROM scanner_scim;
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON scim.evidence, scim.evidence_followups, scim.evidence_begins FROM scanner_scim;

-- The queue, if it is in PostgreSQL. BullMQ makes a sequence for each queue when it is used first.
DO $$ BEGIN
  IF to_regnamespace('bullmq') IS NOT NULL THEN
    GRANT USAGE, CREATE ON SCHEMA bullmq TO scanner_scim;
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA bullmq TO scanner_scim;
    GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA bullmq TO scanner_scim;
    GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA bullmq TO scanner_scim;
  END IF;
END $$;
