import { readFileSync } from 'node:fs';
import { ConfigProblem, loadConfig, loadDatabaseConfig, variableNames } from '../src/config.js';

const complete = {
  DATABASE_URL: 'postgresql://scanner:hunter2@db.example:5432/scanner',
  STYTCH_PROJECT_ID: 'project-test-1',
  STYTCH_SECRET: 'secret-test-1',
  STYTCH_WEBHOOK_SECRETS: 'whsec_c3R5dGNoLXNjaW0tZG9zc2llci1leGFtcGxlLWtleSE=',
};

it('has a default for everything that can have one', () => {
  expect(loadConfig(complete)).toEqual({
    ...complete,
    STYTCH_WEBHOOK_SECRETS: [complete.STYTCH_WEBHOOK_SECRETS],
    PORT: 3000,
    HOST: '0.0.0.0',
    SLA_SECONDS: 300,
    SWEEP_INTERVAL_SECONDS: 240,
    SYNC_EVENTS_RETENTION_DAYS: 90,
    STYTCH_SEARCHES_PER_MINUTE: 100,
    WORKER_CONCURRENCY: 1000,
    DRAIN_SECONDS: 5,
    LOG_LEVEL: 'info',
  });
});

it('takes several webhook secrets, as during a rotation', () => {
  const { STYTCH_WEBHOOK_SECRETS } = loadConfig({
    ...complete,
    STYTCH_WEBHOOK_SECRETS: 'whsec_YWFhYWFh, whsec_YmJiYmJi',
  });
  expect(STYTCH_WEBHOOK_SECRETS).toEqual(['whsec_YWFhYWFh', 'whsec_YmJiYmJi']);
});

it('takes an empty variable for one that is not set', () => {
  expect(loadConfig({ ...complete, REDIS_URL: '', PORT: ' ' })).toMatchObject({ PORT: 3000 });
});

it('lists every problem at once', () => {
  const load = () =>
    loadConfig({ PORT: 'http', DATABASE_URL: 'mysql://x', REDIS_URL: 'redis', SLA_SECONDS: '0.5', LOG_LEVEL: 'loud' });
  expect(load).toThrow(ConfigProblem);
  const names = [
    'PORT',
    'DATABASE_URL',
    'REDIS_URL',
    'SLA_SECONDS',
    'LOG_LEVEL',
    'STYTCH_PROJECT_ID',
    'STYTCH_SECRET',
    'STYTCH_WEBHOOK_SECRETS',
  ];
  for (const name of names) expect(load).toThrow(new RegExp(`^  ${name} must `, 'm'));
});

it.each([
  ['DATABASE_URL', 'mysql://scanner:hunter2@db'],
  ['STYTCH_WEBHOOK_SECRETS', 'whsec_hunter2!'],
  ['STYTCH_PROJECT_ID', 'hunter2'],
  ['REDIS_URL', 'http://:hunter2@redis'],
])("never shows a wrong variable's value: %s", (name, value) => {
  const problem = (() => {
    try {
      loadConfig({ ...complete, [name]: value });
      return '';
    } catch (error) {
      return String(error);
    }
  })();
  expect(problem).toContain(name);
  expect(problem).not.toContain('hunter2');
});

it('lets a migration run with the database alone', () => {
  const { DATABASE_URL } = complete;
  expect(loadDatabaseConfig({ DATABASE_URL })).toEqual({ DATABASE_URL });
  expect(() => loadDatabaseConfig({})).toThrow('DATABASE_URL must');
});

it('.env.example names every variable, and no other', () => {
  const example = readFileSync('.env.example', 'utf8');
  const named = [...example.matchAll(/^#? ?([A-Z_]+)=/gm)].map((match) => match[1]);
  expect(named.sort()).toEqual([...variableNames].sort());
});

it('.env.example starts the processes as it is', () => {
  const example = readFileSync('.env.example', 'utf8');
  const set = Object.fromEntries([...example.matchAll(/^([A-Z_]+)=(.*)$/gm)].map(([, name, value]) => [name, value]));
  expect(loadConfig(set)).toMatchObject({ PORT: 3000 });
});
