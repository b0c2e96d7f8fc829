-- CreateIndex
CREATE INDEX "sync_events_team_id_applied_at_idx" ON "sync_events"("team_id", "applied_at");
