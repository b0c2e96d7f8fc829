import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigProblem, loadConfig, loadDatabaseConfig, variableNames } from '../../src/config/config.js';
import { temporaryFolder } from '../helpers/folders.js';

const complete = {
  DATABASE_URL: 'postgresql://scanner:hunter2@db.example:5432/scanner',
  STYTCH_PROJECT_ID: 'project-test-1',
  STYTCH_SECRET: 'secret-test-1',
  STYTCH_WEBHOOK_SECRETS: 'whsec_c3R5dGNoLXNjaW0tZG9zc2llci1leGFtcGxlLWtleSE=',
};

it('has a default for every optional variable', () => {
  expect(loadConfig(complete)).toEqual({
    ...complete,
    STYTCH_WEBHOOK_SECRETS: [complete.STYTCH_WEBHOOK_SECRETS],
    AUDIT_LOG_RETENTION_DAYS: 2557,
    DEACTIVATED_USERS_RETENTION_DAYS: 2557,
    HELD_CHANGES_RETENTION_DAYS: 365,
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

it('accepts several webhook secrets, for a rotation', () => {
  const { STYTCH_WEBHOOK_SECRETS } = loadConfig({
    ...complete,
    STYTCH_WEBHOOK_SECRETS: 'whsec_YWFhYWFh, whsec_YmJiYmJi',
  });
  expect(STYTCH_WEBHOOK_SECRETS).toEqual(['whsec_YWFhYWFh', 'whsec_YmJiYmJi']);
});

it('treats an empty variable as unset', () => {
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
  const problem = problemsOf({ ...complete, [name]: value });
  expect(problem).toContain(name);
  expect(problem).not.toContain('hunter2');
});

/** What is said of this environment; nothing when it is taken. */
function problemsOf(env: Record<string, string>): string {
  try {
    loadConfig(env);
    return '';
  } catch (error) {
    return String(error);
  }
}

describe('whitespace and quotes around a value', () => {
  const full = {
    ...complete,
    REDIS_URL: 'redis://:hunter2@redis:6379',
    PUBLIC_URL: 'https://scim.scanner.example',
    PORT: '3001',
    LOG_LEVEL: 'warn',
  };
  const around: [string, (value: string) => string][] = [
    ['a carriage return, as of a file with CRLF', (value) => `${value}\r`],
    ['line breaks', (value) => `\n${value}\n\n`],
    ['spaces and tabs', (value) => ` \t${value} `],
    ['double quotes, as Docker passes them on', (value) => `"${value}"`],
    ['single quotes, spaces in them, and a carriage return', (value) => `' ${value} '\r`],
  ];

  it.each(around)('are removed from each variable: %s', (_, put) => {
    const env = Object.fromEntries(Object.entries(full).map(([name, value]) => [name, put(value)]));
    expect(loadConfig(env)).toEqual(loadConfig(full));
  });

  it('leave a variable unset when nothing else is left', () => {
    for (const REDIS_URL of ['""', "'\t'", '\r', '" "\r\n'])
      expect(loadConfig({ ...full, REDIS_URL })).not.toHaveProperty('REDIS_URL');
  });

  it.each([
    ['STYTCH_SECRET', 'secret hunter2'],
    ['STYTCH_SECRET', '"hunter2'],
    ['STYTCH_SECRET', '\u201Chunter2\u201D'],
    ['STYTCH_SECRET', 'hunter2\nhunter3'],
    ['STYTCH_WEBHOOK_SECRETS', `"${complete.STYTCH_WEBHOOK_SECRETS}","whsec_hunter2"`],
    ['DATABASE_URL', '"postgresql://scanner:hunter2@db.example/scanner'],
    ['DATABASE_URL', 'postgresql://scanner:hunter2@db.example/sc\r\nanner'],
    ['REDIS_URL', 'redis://:hun\tter2@redis:6379'],
  ])('are refused where they may be part of the value: %s %j', (name, value) => {
    const lines = problemsOf({ ...full, [name]: value }).split('\n');
    expect(lines).toHaveLength(3);
    expect(lines[1]).toMatch(new RegExp(`^  ${name} must `));
    expect(lines.join()).not.toMatch(/hun|ter2/);
  });
});

describe('passwords in URLs', () => {
  it.each([
    ['DATABASE_URL', 'postgresql://scanner:a%2Fb%3Fc%23d%40e%25f%3Ag@db:5432/scanner?options=-c%20search_path%3Da,b'],
    ['DATABASE_URL', 'postgresql:///scanner?host=/var/run/postgresql'],
    ['REDIS_URL', 'redis://:a%2Fb%3Fc%23d%40e%25f%3Ag@redis:6379'],
    ['REDIS_URL', 'redis://scim:hunter2@redis:6379/3'],
    ['REDIS_URL', 'rediss://redis?family=6'],
  ])('are accepted percent-encoded: %s %s', (name, value) => {
    expect(loadConfig({ ...complete, [name]: value })).toHaveProperty(name, value);
  });

  it.each([
    ['REDIS_URL', 'redis://:100%hunter2@redis:6379', /each % .* %25/],
    ['REDIS_URL', 'redis://a:6379,redis://:100%hunter2@b:6379', /each % .* %25/],
    ['REDIS_URL', 'redis://scim:12/hunter2@redis:6379', /%2F/],
    ['REDIS_URL', 'redis://scim:12?hunter2@redis:6379', /%3F/],
    ['REDIS_URL', 'redis://scim:12#hunter2@redis:6379', /%23/],
    ['REDIS_URL', 'redis:///0', /name a host/],
    ['REDIS_URL', 'redis://redis:6379/scim', /number of a database/],
    ['REDIS_URL', 'redis://:hun/ter2@redis:6379', /must be a URL like/],
    ['DATABASE_URL', 'postgresql://scanner:100%hunter2@db/scanner', /each % .* %25/],
    ['DATABASE_URL', 'postgresql://scanner:12/hunter2@db/scanner', /%2F/],
    ['DATABASE_URL', 'postgresql://scanner:12#hunter2@db/scanner', /%23/],
    ['DATABASE_URL', 'postgresql://scanner:hun/ter2@db/scanner', /must be a URL like/],
    ['DATABASE_URL', 'postgresql://scanner:hunter2@db/scanner?schema=tenants', /must not have \?schema=/],
  ])('are refused where the server would not get them: %s %s', (name, value, what) => {
    const said = problemsOf({ ...complete, [name]: value });
    expect(said.split('\n')[1]).toMatch(new RegExp(`^  ${name} must `));
    expect(said).toMatch(what);
    expect(said).not.toMatch(/hun|ter2/);
  });
});

it('accepts several nodes of a Redis Cluster, and refuses a list with anything else', () => {
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

  it.each(names)('%s may be a file, with or without a line break at its end', (name) => {
    for (const end of ['', '\n', '\r\n']) {
      expect(loadConfig(asFile(name, file(name, secrets[name] + end)))).toEqual(loadConfig(secrets));
    }
  });

  it.each(names)('%s may be a file written on Windows, or with quotes', (name) => {
    for (const text of [`\uFEFF${secrets[name]}\r\n`, `"${secrets[name]}"\r\n\r\n`, ` '${secrets[name]} ' `]) {
      expect(loadConfig(asFile(name, file(name, text)))).toEqual(loadConfig(secrets));
    }
  });

  it('the path to a file may end with a line break too', () => {
    const path = `"${file('secret', 'hunter2')}"\r`;
    expect(loadConfig(asFile('STYTCH_SECRET', path))).toMatchObject({ STYTCH_SECRET: 'hunter2' });
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
  ])('a file is refused when %s, named once, and never quoted', (_, env, message) => {
    const lines = problemsOf(env).split('\n');
    expect(lines).toHaveLength(3);
    expect(lines[1]).toMatch(new RegExp(`^  ${message}`));
    expect(lines.join()).not.toContain('hunter2');
  });

  it('their problems are listed with all others; a migration checks only its own', () => {
    const env = { ...asFile('STYTCH_SECRET', '/nowhere'), DATABASE_URL_FILE: '/nowhere', PORT: 'http' };
    const found = problemsOf(env);
    for (const name of ['PORT', 'STYTCH_SECRET_FILE', 'DATABASE_URL_FILE']) expect(found).toContain(`  ${name} must`);
    expect(loadDatabaseConfig(asFile('STYTCH_SECRET', '/nowhere'))).toMatchObject({
      DATABASE_URL: complete.DATABASE_URL,
    });
  });
});

it('a migration needs only the database', () => {
  const { DATABASE_URL } = complete;
  expect(loadDatabaseConfig({ DATABASE_URL })).toEqual({ DATABASE_URL });
  expect(() => loadDatabaseConfig({})).toThrow('DATABASE_URL must');
});

it('.env.example has every variable and no other', () => {
  const example = readFileSync('.env.example', 'utf8');
  const named = [...example.matchAll(/^#? ?([A-Z_]+)=/gm)].map((match) => match[1]);
  expect(named.sort()).toEqual([...variableNames].sort());
});

it('an unchanged .env.example is a valid configuration', () => {
  const example = readFileSync('.env.example', 'utf8');
  const set = Object.fromEntries([...example.matchAll(/^([A-Z_]+)=(.*)$/gm)].map(([, name, value]) => [name, value]));
  expect(loadConfig(set)).toMatchObject({ PORT: 3000 });
});
