-- Which failed hints are about a member? The failed set has no index by member, and a sweep asks for thousands.
CREATE TABLE IF NOT EXISTS "failed_hints" (
  "job_id" TEXT PRIMARY KEY,
  "stytch_member_id" TEXT NOT NULL,
  "failed_at" TIMESTAMPTZ(6) NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX IF NOT EXISTS "failed_hints_member_idx" ON "failed_hints" ("stytch_member_id");
