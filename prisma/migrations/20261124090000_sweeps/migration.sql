-- CreateTable
CREATE TABLE "team_syncs" (
    "team_id" UUID NOT NULL,
    "sweep_queued_at" TIMESTAMPTZ(6),
    "sweeping_until" TIMESTAMPTZ(6),
    "swept_at" TIMESTAMPTZ(6),
    "swept_members" INTEGER,
    "heard_at" TIMESTAMPTZ(6),
    "longest_silence_seconds" INTEGER,
    "quiet_since" TIMESTAMPTZ(6),

    CONSTRAINT "team_syncs_pkey" PRIMARY KEY ("team_id")
);

-- CreateTable
CREATE TABLE "held_changes" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "team_id" UUID NOT NULL,
    "user_ids" UUID[],
    "fence" TIMESTAMPTZ(6) NOT NULL,
    "since" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "resolution" TEXT,
    "resolved_at" TIMESTAMPTZ(6),

    CONSTRAINT "held_changes_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "role_changes" (
    "id" BIGSERIAL NOT NULL,
    "team_id" UUID NOT NULL,
    "seen_at" TIMESTAMPTZ(6),

    CONSTRAINT "role_changes_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "worker_reports" (
    "worker_id" UUID NOT NULL,
    "started_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "reported_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "metrics" JSONB NOT NULL,

    CONSTRAINT "worker_reports_pkey" PRIMARY KEY ("worker_id")
);

-- CreateTable
CREATE TABLE "stytch_search_budget" (
    "minute" TIMESTAMPTZ(6) NOT NULL,
    "used" INTEGER NOT NULL,

    CONSTRAINT "stytch_search_budget_pkey" PRIMARY KEY ("minute")
);

-- CreateIndex
CREATE INDEX "held_changes_team_id_idx" ON "held_changes"("team_id");

-- AddForeignKey
ALTER TABLE "team_syncs" ADD CONSTRAINT "team_syncs_team_id_fkey" FOREIGN KEY ("team_id") REFERENCES "teams"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "held_changes" ADD CONSTRAINT "held_changes_team_id_fkey" FOREIGN KEY ("team_id") REFERENCES "teams"("id") ON DELETE CASCADE ON UPDATE CASCADE;


-- Prisma can't express what follows.

ALTER TABLE "held_changes" ADD CONSTRAINT "held_changes_resolution_check" CHECK ("resolution" IN ('released', 'discarded', 'seen_again'));

-- A team has one open hold at most: a later sweep changes it instead of adding to it.
CREATE UNIQUE INDEX "held_changes_open_key" ON "held_changes"("team_id") WHERE "resolution" IS NULL;

-- Whoever changes a scim role, by whatever SQL, leaves a note for the back-fill. As definer: they need no right to the notes.
CREATE FUNCTION "note_role_change"() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
  IF TG_OP <> 'INSERT' AND starts_with(OLD.name, 'scim:') THEN
    INSERT INTO role_changes (team_id) VALUES (OLD.team_id);
  END IF;
  IF TG_OP <> 'DELETE' AND starts_with(NEW.name, 'scim:') THEN
    INSERT INTO role_changes (team_id) VALUES (NEW.team_id);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER "roles_inserted_or_deleted" AFTER INSERT OR DELETE ON "roles"
  FOR EACH ROW EXECUTE FUNCTION "note_role_change"();
CREATE TRIGGER "roles_renamed" AFTER UPDATE OF "name", "team_id" ON "roles"
  FOR EACH ROW WHEN (OLD.name <> NEW.name OR OLD.team_id <> NEW.team_id) EXECUTE FUNCTION "note_role_change"();

-- A deleted role takes its grants with it (ON DELETE CASCADE); this is where the record says who lost it.
CREATE FUNCTION "record_role_deletion"() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
  INSERT INTO sync_events (trigger, team_id, user_id, stytch_member_id, outcome, changes)
  SELECT 'role', OLD.team_id, u.id, u.stytch_member_id, 'changed',
    jsonb_build_array(jsonb_build_object('type', 'role_revoked', 'roleId', OLD.id, 'role', OLD.name))
  FROM role_grants g JOIN users u ON u.id = g.user_id
  WHERE g.role_id = OLD.id AND g.source = 'scim';
  RETURN OLD;
END $$;
CREATE TRIGGER "roles_deleted" BEFORE DELETE ON "roles"
  FOR EACH ROW WHEN (OLD.name LIKE 'scim:%') EXECUTE FUNCTION "record_role_deletion"();
