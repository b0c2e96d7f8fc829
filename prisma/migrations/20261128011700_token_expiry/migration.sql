-- When the bearer token of an identity provider expires, so that an alert can say it in time. Null: never, or not read yet.
ALTER TABLE "scim_connections" ADD COLUMN "bearer_token_expires_at" TIMESTAMPTZ(6);
