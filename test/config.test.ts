import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigProblem, loadConfig, loadDatabaseConfig, variableNames } from '../src/config.js';
import { temporaryFolder } from './support/folders.js';

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
    WORKER_CONCURRENCY: 3000,
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

it('takes several nodes of a Redis Cluster, and no list that holds something else', () => {
  const REDIS_URL = 'redis://a.example:6379, redis://b.example:6379';
  expect(loadConfig({ ...complete, REDIS_URL })).toMatchObject({ REDIS_URL });
  const marked = 'rediss://configuration.example:6379?cluster=true';
  expect(loadConfig({ ...complete, REDIS_URL: marked })).toMatchObject({ REDIS_URL: marked });
  expect(() => loadConfig({ ...complete, REDIS_URL: `${REDIS_URL},` })).toThrow('REDIS_URL must be a URL');
});

describe('secrets as files', () => {
  const secrets = { ...complete, REDIS_URL: 'redis://:hunter2@redis:6379' };
  const names = ['DATABASE_URL', 'REDIS_URL', 'STYTCH_SECRET', 'STYTCH_WEBHOOK_SECRETS'] as const;
  const file = (name: string, content: string) => {
    const path = join(temporaryFolder('secrets'), name);
    writeFileSync(path, content);
    return path;
  };
  /** Everything as variables, but this one as a file. */
  const asFile = (name: (typeof names)[number], path: string) => ({ ...secrets, [name]: '', [`${name}_FILE`]: path });
  const problems = (env: Record<string, string>) => {
    try {
      loadConfig(env);
      return '';
    } catch (error) {
      return String(error);
    }
  };

  it.each(names)('%s may be one, with or without a line break at its end', (name) => {
    for (const end of ['', '\n', '\r\n']) {
      expect(loadConfig(asFile(name, file(name, secrets[name] + end)))).toEqual(loadConfig(secrets));
    }
  });

  it('only one line break is dropped: the rest is the secret', () => {
    const { STYTCH_SECRET } = loadConfig(asFile('STYTCH_SECRET', file('secret', ' hunter2 \n\n')));
    expect(STYTCH_SECRET).toBe(' hunter2 \n');
  });

  it.each([
    ['both are set', { ...secrets, STYTCH_SECRET_FILE: '/run/secrets/hunter2' }, 'STYTCH_SECRET_FILE must not be set'],
    ['it is not there', asFile('DATABASE_URL', '/nowhere/hunter2'), 'DATABASE_URL_FILE must name a file that .*ENOENT'],
    [
      'it is a folder',
      asFile('REDIS_URL', temporaryFolder('hunter2')),
      'REDIS_URL_FILE must name a file that .*EISDIR',
    ],
    ['it is empty', asFile('REDIS_URL', file('empty', '\n')), 'REDIS_URL_FILE must .* empty'],
    ['it holds something else', asFile('DATABASE_URL', file('x', 'mysql://hunter2')), 'DATABASE_URL must be a URL'],
  ])('refuses one when %s, names it once, and shows nothing of it', (_, env, message) => {
    const lines = problems(env).split('\n');
    expect(lines).toHaveLength(3);
    expect(lines[1]).toMatch(new RegExp(`^  ${message}`));
    expect(lines.join()).not.toContain('hunter2');
  });

  it('lists them among all other problems; a migration minds only its own', () => {
    const env = { ...asFile('STYTCH_SECRET', '/nowhere'), DATABASE_URL_FILE: '/nowhere', PORT: 'http' };
    const found = problems(env);
    for (const name of ['PORT', 'STYTCH_SECRET_FILE', 'DATABASE_URL_FILE']) expect(found).toContain(`  ${name} must`);
    expect(loadDatabaseConfig(asFile('STYTCH_SECRET', '/nowhere'))).toMatchObject({
      DATABASE_URL: complete.DATABASE_URL,
    });
  });
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
