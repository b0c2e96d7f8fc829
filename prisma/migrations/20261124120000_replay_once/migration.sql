-- A replay handled twice (its worker died after the commit) leaves one row.

-- AlterTable
ALTER TABLE "sync_events" ADD COLUMN "replay_id" UUID;

-- CreateIndex
CREATE UNIQUE INDEX "sync_events_replay_id_key" ON "sync_events"("replay_id");
