-- AlterTable
ALTER TABLE "users" ADD COLUMN "access_lost_at" TIMESTAMPTZ(6);

-- AlterTable
ALTER TABLE "team_syncs" ADD COLUMN "swept_organization_id" TEXT,
ADD COLUMN "suspect_since" TIMESTAMPTZ(6);

-- CreateTable
CREATE TABLE "shared_external_ids" (
    "team_id" UUID NOT NULL,
    "external_id" TEXT NOT NULL,
    "since" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "shared_external_ids_pkey" PRIMARY KEY ("team_id", "external_id")
);

-- CreateTable
CREATE TABLE "session_revocations" (
    "stytch_member_id" TEXT NOT NULL,
    "user_id" UUID NOT NULL,
    "since" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "tries" INTEGER NOT NULL DEFAULT 0,
    "retry_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "session_revocations_pkey" PRIMARY KEY ("stytch_member_id")
);

-- CreateTable
CREATE TABLE "api_key_changes" (
    "id" BIGSERIAL NOT NULL,
    "api_key_id" UUID NOT NULL,
    "seen_at" TIMESTAMPTZ(6),

    CONSTRAINT "api_key_changes_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "session_revocations_retry_at_idx" ON "session_revocations"("retry_at");

-- AddForeignKey
ALTER TABLE "shared_external_ids" ADD CONSTRAINT "shared_external_ids_team_id_fkey" FOREIGN KEY ("team_id") REFERENCES "teams"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "session_revocations" ADD CONSTRAINT "session_revocations_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;


-- Prisma can't express what follows.

-- Candidates for "the same e-mail": the ASCII part, folded the same in every locale. Which of them it is, the plan decides.
CREATE FUNCTION "email_key"(email text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
  AS $$ SELECT lower(regexp_replace(email, '[^\x01-\x7f]', '', 'g') COLLATE "C") $$;
CREATE INDEX "users_unlinked_email_key_idx" ON "users"("team_id", "email_key"("email")) WHERE "stytch_member_id" IS NULL;

-- External ids that several active users of a team have already.
INSERT INTO "shared_external_ids" ("team_id", "external_id")
SELECT "team_id", "scim_external_id" FROM "users"
WHERE "status" = 'active' AND "stytch_member_id" IS NOT NULL AND "scim_external_id" IS NOT NULL
GROUP BY 1, 2 HAVING count(*) > 1;

-- A key that somebody owns leaves a note, whoever makes it or opens it again, so that one of a leaver is revoked soon. As
-- definer: they need no right to the notes.
CREATE FUNCTION "note_api_key_change"() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
  INSERT INTO api_key_changes (api_key_id) VALUES (NEW.id);
  RETURN NULL;
END $$;
CREATE TRIGGER "api_keys_made_or_opened" AFTER INSERT OR UPDATE OF "owner_user_id", "revoked_at" ON "api_keys"
  FOR EACH ROW WHEN (NEW.owner_user_id IS NOT NULL AND NEW.revoked_at IS NULL) EXECUTE FUNCTION "note_api_key_change"();

-- A hold that grew is replaced by another one.
ALTER TABLE "held_changes" DROP CONSTRAINT "held_changes_resolution_check";
ALTER TABLE "held_changes" ADD CONSTRAINT "held_changes_resolution_check"
  CHECK ("resolution" IN ('released', 'discarded', 'seen_again', 'replaced'));

-- How a scim grant follows from what the IdP says: an active user holds exactly the roles of the team that are named after
-- the user's values.
CREATE VIEW "scim_wanted_grants" AS
  SELECT DISTINCT v.user_id, r.id AS role_id, u.team_id FROM idp_role_values v
  JOIN users u ON u.id = v.user_id AND u.status = 'active' AND u.stytch_member_id IS NOT NULL
  JOIN roles r ON r.team_id = u.team_id AND r.name = 'scim:' || v.value;
