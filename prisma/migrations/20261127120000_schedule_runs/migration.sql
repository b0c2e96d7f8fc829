-- AlterTable
ALTER TABLE "team_syncs" ADD COLUMN "sweep_claimed_at" TIMESTAMPTZ(6);

-- CreateTable
CREATE TABLE "schedule_runs" (
    "name" TEXT NOT NULL,
    "next_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "schedule_runs_pkey" PRIMARY KEY ("name")
);
