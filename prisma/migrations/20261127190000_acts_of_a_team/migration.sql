-- What a team's admins did is part of its activity: a page of it is found without reading everybody's acts.
CREATE INDEX IF NOT EXISTS "audit_log_team_idx" ON "audit_log" ((details->>'teamId'), "id" DESC);
