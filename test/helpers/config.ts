import { type Config, loadConfig } from '../../src/config/config.js';
import { createLog } from '../../src/log/log.js';
import { projectId, secret } from './webhook.js';

/** The environment of a process under test. */
export function testEnv(change: Record<string, string | undefined> = {}): Record<string, string | undefined> {
  return {
    PORT: '0',
    HOST: '127.0.0.1',
    STYTCH_PROJECT_ID: projectId,
    STYTCH_SECRET: 'secret-test',
    STYTCH_WEBHOOK_SECRETS: secret,
    LOG_LEVEL: 'silent',
    DRAIN_SECONDS: '0',
    ...change,
  };
}

export function testConfig(change: Record<string, string | undefined>): Config {
  return loadConfig(testEnv(change));
}

export const silent = createLog({ level: 'silent', name: 'test' });
