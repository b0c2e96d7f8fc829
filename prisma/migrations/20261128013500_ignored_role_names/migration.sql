-- Names that the identity provider sends and that an admin has decided to leave without a role.
CREATE TABLE IF NOT EXISTS "ignored_role_names" (
  "team_id" UUID NOT NULL,
  "value" TEXT NOT NULL,
  "ignored_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

  CONSTRAINT "ignored_role_names_pkey" PRIMARY KEY ("team_id", "value"),
  CONSTRAINT "ignored_role_names_team_id_fkey" FOREIGN KEY ("team_id") REFERENCES "teams"("id")
    ON DELETE CASCADE ON UPDATE CASCADE
);
