import type { Config } from '../../config/config.js';
import type { SupportParts } from '../parts.js';
import { check, type Finding, findAll } from './check.js';
import { clockCheck } from './check-clock.js';
import { configFindings } from './check-config.js';
import { databaseChecks } from './check-database.js';
import { queueChecks } from './check-redis.js';
import { runningCheck } from './check-running.js';
import { stytchChecks } from './check-stytch.js';
import { webhookChecks } from './check-webhook.js';

/** Checks a real set-up, and says what to do about each finding. Changes nothing. */
export function doctor(parts: SupportParts, config: Config): Promise<Finding[]> {
  return findAll([
    check('config', { next: 'See deploy/configuration.md.' }, async () => config, configFindings),
    ...databaseChecks(parts.database, config.DATABASE_URL),
    ...queueChecks(parts, config.REDIS_URL !== undefined),
    ...stytchChecks(parts, config.SUPPORT_ORGANIZATION_ID),
    clockCheck(baseUrlOf(config)),
    ...webhookChecks(parts, { publicUrl: config.PUBLIC_URL, secrets: config.STYTCH_WEBHOOK_SECRETS }),
    runningCheck(parts, {
      sweepIntervalSeconds: config.SWEEP_INTERVAL_SECONDS,
      searchesPerMinute: config.STYTCH_SEARCHES_PER_MINUTE,
    }),
  ]);
}

function baseUrlOf({ STYTCH_BASE_URL, STYTCH_PROJECT_ID }: Config): string {
  if (STYTCH_BASE_URL !== undefined) return STYTCH_BASE_URL;
  return STYTCH_PROJECT_ID.startsWith('project-live-') ? 'https://api.stytch.com' : 'https://test.stytch.com';
}
