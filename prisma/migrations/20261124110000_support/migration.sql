-- CreateTable
CREATE TABLE "replay_batches" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "actor" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "target" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finished_at" TIMESTAMPTZ(6),

    CONSTRAINT "replay_batches_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "replays" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "batch_id" UUID NOT NULL,
    "place" INTEGER NOT NULL,
    "queue" TEXT NOT NULL,
    "job_id" TEXT NOT NULL,
    "leaver" BOOLEAN NOT NULL DEFAULT false,
    "state" TEXT NOT NULL DEFAULT 'waiting',
    "result" TEXT,
    "why" TEXT,
    "retried_at" TIMESTAMPTZ(6),
    "checked_at" TIMESTAMPTZ(6),
    "done_at" TIMESTAMPTZ(6),

    CONSTRAINT "replays_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "replay_batches_started_at_idx" ON "replay_batches"("started_at");

-- CreateIndex
CREATE INDEX "replays_batch_id_place_idx" ON "replays"("batch_id", "place");

-- AddForeignKey
ALTER TABLE "replays" ADD CONSTRAINT "replays_batch_id_fkey" FOREIGN KEY ("batch_id") REFERENCES "replay_batches"("id") ON DELETE CASCADE ON UPDATE CASCADE;


-- Prisma can't express what follows.

ALTER TABLE "replays" ADD CONSTRAINT "replays_state_check" CHECK ("state" IN ('waiting', 'retried', 'done'));

-- A job is in one replay at a time: whoever starts a second is told so.
CREATE UNIQUE INDEX "replays_open_key" ON "replays"("queue", "job_id") WHERE "state" <> 'done';

-- The rate: how many were handed over in the last second?
CREATE INDEX "replays_retried_at_idx" ON "replays"("retried_at");

-- Leavers first, then in the order they were asked for.
CREATE INDEX "replays_waiting_idx" ON "replays"("leaver" DESC, "batch_id", "place") WHERE "state" = 'waiting';
CREATE INDEX "replays_retried_idx" ON "replays"("checked_at" NULLS FIRST) WHERE "state" = 'retried';

-- `why <email>` and `resync --user <email>` ask for an e-mail in any case, in any team.
CREATE INDEX "users_lower_email_idx" ON "users"(lower("email"));

-- `show` and `why` look for rows that are few, so these indexes cost the hints' path nothing.
CREATE INDEX "sync_events_replayed_idx" ON "sync_events"("svix_id") WHERE "trigger" = 'replay';
CREATE INDEX "sync_events_stranger_idx" ON "sync_events"("stytch_member_id", "id") WHERE "user_id" IS NULL;
