-- CreateTable
CREATE TABLE "teams" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "name" TEXT NOT NULL,
    "stytch_organization_id" TEXT,
    "sso_scim_enabled" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "teams_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "users" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "team_id" UUID NOT NULL,
    "stytch_member_id" TEXT,
    "email" TEXT NOT NULL,
    "name" TEXT NOT NULL DEFAULT '',
    "status" TEXT NOT NULL DEFAULT 'active',
    "scim_external_id" TEXT,
    "observed_at" TIMESTAMPTZ(6),
    "deactivated_at" TIMESTAMPTZ(6),
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "users_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "roles" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "team_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "permissions" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "roles_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "role_grants" (
    "user_id" UUID NOT NULL,
    "role_id" UUID NOT NULL,
    "source" TEXT NOT NULL DEFAULT 'manual',
    "granted_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "role_grants_pkey" PRIMARY KEY ("user_id","role_id","source")
);

-- CreateTable
CREATE TABLE "idp_role_values" (
    "user_id" UUID NOT NULL,
    "value" TEXT NOT NULL,
    "via" TEXT NOT NULL,

    CONSTRAINT "idp_role_values_pkey" PRIMARY KEY ("user_id","value","via")
);

-- CreateTable
CREATE TABLE "api_keys" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "team_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "owner_user_id" UUID,
    "revoked_at" TIMESTAMPTZ(6),
    "revoked_reason" TEXT,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "api_keys_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "scim_connections" (
    "id" TEXT NOT NULL,
    "team_id" UUID NOT NULL,
    "identity_provider" TEXT NOT NULL,
    "display_name" TEXT NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'active',
    "base_url" TEXT NOT NULL,
    "bearer_token_last_four" TEXT NOT NULL,
    "created_by" TEXT,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "scim_connections_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "sync_events" (
    "id" BIGSERIAL NOT NULL,
    "svix_id" TEXT,
    "event_id" TEXT,
    "event_type" TEXT,
    "trigger" TEXT NOT NULL,
    "team_id" UUID,
    "user_id" UUID,
    "stytch_member_id" TEXT,
    "sent_at" TIMESTAMPTZ(6),
    "received_at" TIMESTAMPTZ(6),
    "applied_at" TIMESTAMPTZ(6) NOT NULL DEFAULT clock_timestamp(),
    "outcome" TEXT NOT NULL,
    "changes" JSONB NOT NULL DEFAULT '[]',

    CONSTRAINT "sync_events_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "audit_log" (
    "id" BIGSERIAL NOT NULL,
    "actor" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "target" TEXT NOT NULL,
    "reason" TEXT,
    "at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "details" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "audit_log_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "teams_stytch_organization_id_key" ON "teams"("stytch_organization_id");

-- CreateIndex
CREATE UNIQUE INDEX "users_stytch_member_id_key" ON "users"("stytch_member_id");

-- CreateIndex
CREATE INDEX "users_team_id_scim_external_id_idx" ON "users"("team_id", "scim_external_id");

-- CreateIndex
CREATE UNIQUE INDEX "users_team_id_id_key" ON "users"("team_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "roles_team_id_name_key" ON "roles"("team_id", "name");

-- CreateIndex
CREATE INDEX "role_grants_role_id_idx" ON "role_grants"("role_id");

-- CreateIndex
CREATE INDEX "idp_role_values_value_idx" ON "idp_role_values"("value");

-- CreateIndex
CREATE INDEX "api_keys_owner_user_id_idx" ON "api_keys"("owner_user_id");

-- CreateIndex
CREATE INDEX "api_keys_team_id_idx" ON "api_keys"("team_id");

-- CreateIndex
CREATE INDEX "scim_connections_team_id_idx" ON "scim_connections"("team_id");

-- CreateIndex
CREATE INDEX "sync_events_team_id_id_idx" ON "sync_events"("team_id", "id");

-- CreateIndex
CREATE INDEX "sync_events_user_id_id_idx" ON "sync_events"("user_id", "id");

-- CreateIndex
CREATE INDEX "sync_events_applied_at_idx" ON "sync_events"("applied_at");

-- CreateIndex
CREATE INDEX "audit_log_at_idx" ON "audit_log"("at");

-- AddForeignKey
ALTER TABLE "users" ADD CONSTRAINT "users_team_id_fkey" FOREIGN KEY ("team_id") REFERENCES "teams"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "roles" ADD CONSTRAINT "roles_team_id_fkey" FOREIGN KEY ("team_id") REFERENCES "teams"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "role_grants" ADD CONSTRAINT "role_grants_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "role_grants" ADD CONSTRAINT "role_grants_role_id_fkey" FOREIGN KEY ("role_id") REFERENCES "roles"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "idp_role_values" ADD CONSTRAINT "idp_role_values_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_team_id_fkey" FOREIGN KEY ("team_id") REFERENCES "teams"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_team_id_owner_user_id_fkey" FOREIGN KEY ("team_id", "owner_user_id") REFERENCES "users"("team_id", "id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "scim_connections" ADD CONSTRAINT "scim_connections_team_id_fkey" FOREIGN KEY ("team_id") REFERENCES "teams"("id") ON DELETE CASCADE ON UPDATE CASCADE;


-- Prisma can't express what follows.

-- Plain text with a check, not an enum type: others write these columns with plain SQL.
ALTER TABLE "users" ADD CONSTRAINT "users_status_check" CHECK ("status" IN ('active', 'deactivated'));
ALTER TABLE "role_grants" ADD CONSTRAINT "role_grants_source_check" CHECK ("source" IN ('scim', 'manual'));
ALTER TABLE "idp_role_values" ADD CONSTRAINT "idp_role_values_via_check" CHECK ("via" IN ('roles', 'groups', 'stytch_role'));

-- Linking looks for users without a member id by e-mail, in any case.
CREATE INDEX "users_unlinked_email_idx" ON "users"("team_id", lower("email")) WHERE "stytch_member_id" IS NULL;

-- A hint handled twice (its worker died after the commit) leaves one row.
CREATE UNIQUE INDEX "sync_events_hint_svix_id_key" ON "sync_events"("svix_id") WHERE "trigger" = 'hint';
