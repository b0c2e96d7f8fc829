import { Gauge, Registry } from 'prom-client';
import type { Database } from '../database/database.js';
import type { StoreMemory } from '../queue/redis-info.js';
import type { JobState } from '../queue/watch.js';
import { silentSeconds } from './worker-reports.js';

/** Metrics that the HTTP process looks up for each scrape. So they are there even when every worker is dead. */
export type Gauges = {
  registry: Registry;
  /** A value that can't be looked up now is left out. It never keeps its old value. */
  measure(): Promise<void>;
};

export type Lookups = {
  database: Database;
  countJobs: () => Promise<Record<JobState, number>>;
  oldestPendingSeconds: () => Promise<number>;
  queueMemory: () => Promise<StoreMemory | null>;
  clockOffsetSeconds: () => number | null;
  /** Exported as metrics, so that alerts need not repeat them. */
  settings: { slaSeconds: number; sweepIntervalSeconds: number };
};

export function createGauges(lookups: Lookups): Gauges {
  const { database, countJobs, oldestPendingSeconds, queueMemory, clockOffsetSeconds, settings } = lookups;
  const registry = new Registry();
  const plain: Gauge[] = [];
  const gauge = (name: string, help: string) => {
    const one = new Gauge({ name, help, registers: [registry] });
    plain.push(one);
    return one;
  };
  const jobs = new Gauge({
    name: 'scim_jobs',
    help: 'Hints in the queue, by state. failed: given up, waiting for support',
    labelNames: ['state'] as const,
    registers: [registry],
  });
  const oldest = gauge('scim_oldest_pending_seconds', 'Age of the oldest event that is accepted and not handled yet');
  const redisUsed = gauge('scim_redis_memory_bytes', 'Memory that Redis uses. Missing when the queue is in PostgreSQL');
  const redisMax = gauge('scim_redis_memory_max_bytes', "Redis' maxmemory. Missing when it has no limit");
  const clockOffset = gauge(
    'scim_clock_offset_seconds',
    "Seconds by which this machine's clock is ahead of the database's. Missing while the database does not answer",
  );
  const sla = gauge('scim_sla_seconds', 'The promise: SLA_SECONDS');
  const sweepInterval = gauge('scim_sweep_interval_seconds', 'How often every team is swept: SWEEP_INTERVAL_SECONDS');
  const ofTeams: Record<keyof TeamNumbers, Gauge> = {
    connected: gauge('scim_connected_teams', 'Teams with SCIM switched on and an organization in Stytch'),
    held: gauge('scim_held_changes', 'Sweeps whose deactivations are held until support decides'),
    tokensExpiring: gauge(
      'scim_tokens_expiring',
      'SCIM connections of connected teams whose bearer token expires within 14 days, or has expired',
    ),
    quiet: gauge('scim_quiet_teams', 'Teams whose identity provider is silent for longer than ever before'),
    sweepAge: gauge(
      'scim_sweep_age_seconds',
      'Time since the start of the last sweep, for the team with the oldest one',
    ),
    workers: gauge('scim_workers', 'Worker processes that reported in the last 30 s'),
  };
  return {
    registry,
    measure: async () => {
      registry.resetMetrics();
      for (const one of plain) one.remove(); // a reset makes it 0, which would say that no worker is alive
      sla.set(settings.slaSeconds);
      const offset = clockOffsetSeconds();
      if (offset !== null) clockOffset.set(offset);
      sweepInterval.set(settings.sweepIntervalSeconds);
      await Promise.allSettled([
        countJobs().then((counts) => {
          for (const [state, count] of Object.entries(counts)) jobs.set({ state }, count);
        }),
        queueMemory().then((memory) => {
          if (memory === null) return;
          redisUsed.set(memory.usedBytes);
          if (memory.maxBytes !== null) redisMax.set(memory.maxBytes);
        }),
        oldestPendingSeconds().then((seconds) => oldest.set(seconds)),
        teamNumbers(database).then((numbers) => {
          for (const [name, one] of Object.entries(ofTeams)) one.set(numbers[name as keyof TeamNumbers]);
        }),
      ]); // /readyz shows what failed
    },
  };
}

type TeamNumbers = {
  connected: number;
  held: number;
  quiet: number;
  sweepAge: number;
  tokensExpiring: number;
  workers: number;
};

async function teamNumbers(database: Database): Promise<TeamNumbers> {
  const [numbers] = await database.$queryRaw<[TeamNumbers]>`
    SELECT count(*)::int AS connected,
      COALESCE(max(extract(epoch FROM clock_timestamp() - CASE WHEN s.swept_at <= clock_timestamp() THEN s.swept_at
        ELSE t.created_at END)), 0)::float8 AS "sweepAge",
      count(s.quiet_since)::int AS quiet,
      (SELECT count(*)::int FROM held_changes WHERE resolution IS NULL) AS held,
      (SELECT count(*)::int FROM scim_connections c JOIN scim_connected_teams k ON k.id = c.team_id
        WHERE c.status = 'active' AND c.bearer_token_expires_at < clock_timestamp() + interval '14 days') AS "tokensExpiring",
      (SELECT count(*)::int FROM worker_reports
        WHERE abs(extract(epoch FROM clock_timestamp() - reported_at)) < ${silentSeconds}) AS workers
    FROM scim_connected_teams JOIN teams t USING (id) LEFT JOIN team_syncs s ON s.team_id = t.id`;
  return numbers;
}
