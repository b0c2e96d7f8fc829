import type { Config } from '../../config/config.js';
import type { SupportParts } from '../parts.js';
import { checkClock } from './check-clock.js';
import { checkConfig } from './check-config.js';
import { checkDatabase } from './check-database.js';
import { checkQueue } from './check-redis.js';
import { checkRunning } from './check-running.js';
import { checkStytch } from './check-stytch.js';
import { checkWebhook } from './check-webhook.js';
import type { Finding } from './finding.js';

/** Checks a real set-up, and says what to do about each finding. Changes nothing. */
export async function doctor(parts: SupportParts, config: Config): Promise<Finding[]> {
  const findings = await Promise.all([
    checkConfig(config),
    checkDatabase(parts.database, config.DATABASE_URL),
    checkQueue(parts),
    checkStytch(parts, config.SUPPORT_ORGANIZATION_ID),
    checkClock(baseUrlOf(config)),
    checkWebhook(parts, { publicUrl: config.PUBLIC_URL, secrets: config.STYTCH_WEBHOOK_SECRETS }),
    checkRunning(parts, {
      sweepIntervalSeconds: config.SWEEP_INTERVAL_SECONDS,
      searchesPerMinute: config.STYTCH_SEARCHES_PER_MINUTE,
    }),
  ]);
  return findings.flat();
}

export function baseUrlOf({ STYTCH_BASE_URL, STYTCH_PROJECT_ID }: Config): string {
  if (STYTCH_BASE_URL !== undefined) return STYTCH_BASE_URL;
  return STYTCH_PROJECT_ID.startsWith('project-live-') ? 'https://api.stytch.com' : 'https://test.stytch.com';
}
