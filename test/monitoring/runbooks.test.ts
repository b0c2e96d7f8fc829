import { readFileSync } from 'node:fs';
import { Redis } from 'ioredis';
import { parse } from 'yaml';
import { connectLookups } from '../../src/stytch/lookups.js';
import { readTokenExpiry } from '../../src/sync/connections/read-token-expiry.js';
import { support } from '../helpers/command.js';
import { silent } from '../helpers/config.js';
import { eventually } from '../helpers/eventually.js';
import { type Lab, startLab } from '../helpers/lab.js';
import { backends } from '../helpers/queue.js';
import { projectId } from '../helpers/webhook.js';

jest.setTimeout(240_000);

/** Where the runbook of each alert is followed in a test. The others need something that no test has. */
const followed: Record<string, [file: string, title: string] | 'by hand'> = {
  ScimSlaBreached: [
    'test/monitoring/metrics.test.ts',
    'counts the events, lag, breaches and calls of a worker, also when that worker is gone',
  ],
  ScimLagBurn: ['test/support/cli.test.ts', 'shows the state of the system'],
  ScimLagBurnSlow: ['test/support/cli.test.ts', 'shows the state of the system'],
  ScimOldestPendingTooOld: [
    'test/monitoring/metrics.test.ts',
    'shows the growing age of the oldest waiting event while every worker is dead',
  ],
  ScimSlow: 'by hand', // a faster database
  ScimNoWorker: ['test/monitoring/runbooks.test.ts', 'ScimNoWorker, ScimWorkersMissing: starting workers ends them'],
  ScimWorkersMissing: [
    'test/monitoring/runbooks.test.ts',
    'ScimNoWorker, ScimWorkersMissing: starting workers ends them',
  ],
  ScimSweepsTooOld: [
    'test/sync/schedules/schedules.test.ts',
    'sweeps every team when it starts, and repeatedly, without any webhook',
  ],
  ScimJobsFailed: [
    'test/support/replay.test.ts',
    'of a job that is already right changes nothing, says so, and takes the job out of the failed set',
  ],
  ScimChangesHeld: [
    'test/support/held.test.ts',
    'a release deactivates users who are gone now, also if they were read in between, and nobody else',
  ],
  ScimWebhooksMissing: [
    'test/support/doctor.test.ts',
    'says what to do about wrong credentials, another secret, and no receiver; and shows no secret',
  ],
  ScimIdpSilent: 'by hand', // a call to the customer
  ScimAllWebhooksRejected: [
    'test/admin/rotation.test.ts',
    'the webhook secret: during a rotation both are accepted, then only the new one',
  ],
  ScimSignaturesRejected: [
    'test/admin/rotation.test.ts',
    'the webhook secret: during a rotation both are accepted, then only the new one',
  ],
  ScimQueueRefuses: [
    'test/server/readiness.test.ts',
    'says what is wrong and what to do, for what webhooks need and for what pages need',
  ],
  ScimStytchRefuses: [
    'test/admin/rotation.test.ts',
    'the Stytch secret: while both are valid no call is refused, and later hints wait for the new one',
  ],
  ScimStytchErrors: 'by hand', // Stytch's status page
  ScimStytchLimits: 'by hand', // Stytch's own limit
  ScimClocksDiffer: ['test/support/doctor-database.test.ts', 'sees a clock that is forty seconds ahead'],
  ScimSearchRefuted: [
    'test/support/probe.test.ts',
    'is a problem when it takes longer, and what depends on it is not measured',
  ],
  ScimMetricsMissing: [
    'test/server/readiness.test.ts',
    'says what is wrong and what to do, for what webhooks need and for what pages need',
  ],
  ScimRedisMemory: [
    'test/monitoring/runbooks.test.ts',
    'ScimRedisMemory: doctor says how full it is, and more memory ends it',
  ],
  ScimTokensExpire: [
    'test/monitoring/runbooks.test.ts',
    'ScimTokensExpire: the statement of the runbook names the team, and a new token ends it',
  ],
  ScimDiskFilling: 'by hand', // a disk
  ScimDiskFull: 'by hand',
  ScimCertificateExpires: ['test/database/postgres-tls.test.ts', 'a certificate %s is refused and reported'],
};

it('each alert says where its runbook is followed', () => {
  const { groups } = parse(readFileSync('deploy/prometheus/alerts.yml', 'utf8')) as {
    groups: { rules: { alert: string }[] }[];
  };
  const alerts = groups.flatMap(({ rules }) => rules.map(({ alert }) => alert));
  expect(Object.keys(followed).sort()).toEqual(alerts.sort());
  const missing = Object.values(followed)
    .filter((one) => one !== 'by hand')
    .filter(
      ([file, title]) => !['"', "'", '`'].some((quote) => readFileSync(file, 'utf8').includes(quote + title + quote)),
    );
  expect(missing).toEqual([]);
});

/** The value of a metric without labels; null when it is missing. */
async function metric(lab: Lab, name: string): Promise<number | null> {
  const text = await (await fetch(`${lab.url}/metrics`)).text();
  const value = new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1];
  return value === undefined ? null : Number(value);
}

describe('the runbook of', () => {
  let lab: Lab;
  beforeEach(async () => {
    lab = await startLab({ worker: false });
  });
  afterEach(() => lab.stop());

  it('ScimNoWorker, ScimWorkersMissing: starting workers ends them', async () => {
    expect(await metric(lab, 'scim_workers')).toBe(0);
    expect(await metric(lab, 'scim_worker_memory_bytes')).toBeNull();
    await lab.startWorker(silent);
    await eventually(async () => expect(await metric(lab, 'scim_workers')).toBe(1));
    await lab.startWorker(silent);
    await eventually(async () => expect(await metric(lab, 'scim_workers')).toBe(2));
    expect(await metric(lab, 'scim_worker_memory_bytes')).toBeGreaterThan(10 * 2 ** 20);
    expect(await metric(lab, 'scim_worker_event_loop_ratio')).toBeLessThanOrEqual(1);
    expect(await metric(lab, 'scim_worker_cpu_seconds_total')).toBeGreaterThan(0);
  });

  const withRedis = backends[0] === 'redis' ? it : it.skip;
  withRedis('ScimRedisMemory: doctor says how full it is, and more memory ends it', async () => {
    const redis = new Redis(String(lab.home.redisUrl));
    const share = async () => {
      const [used, max] = [
        await metric(lab, 'scim_redis_memory_bytes'),
        await metric(lab, 'scim_redis_memory_max_bytes'),
      ];
      return max === null ? null : Number(used) / max;
    };
    const finding = async () => {
      const { findings } = (await support(lab.env, 'doctor', '--json')).json as { findings: Record<string, string>[] };
      return findings.find(({ check }) => check === 'redis memory');
    };
    expect(await share()).toBeNull(); // no limit
    const used = Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1]);
    await redis.config('SET', 'maxmemory', Math.round(used * 1.1));
    expect(await share()).toBeGreaterThan(0.8);
    expect(await finding()).toMatchObject({
      status: expect.stringMatching(/warning|problem/),
      next: expect.stringContaining('maxmemory'),
    });
    await redis.config('SET', 'maxmemory', used * 10);
    expect(await share()).toBeLessThan(0.8);
    expect(await finding()).toMatchObject({ status: 'ok' });
    redis.disconnect();
  });

  it('ScimTokensExpire: the statement of the runbook names the team, and a new token ends it', async () => {
    const { database, emulator } = lab;
    const [statement] =
      /`(select team_id, id, bearer_token_expires_at [^`]+)`/
        .exec(readFileSync('deploy/alerts.md', 'utf8'))
        ?.slice(1) ?? [];
    const teams = [await lab.team({ name: 'Acme' }), await lab.team({ name: 'Beta' })];
    for (const [n, { teamId, organizationId }] of teams.entries()) {
      emulator.directory.silently(() => emulator.directory.connect(organizationId));
      const row = { identityProvider: 'okta', displayName: '', baseUrl: '', bearerTokenLastFour: '1234' };
      await database.scimConnection.create({ data: { ...row, id: `scim-connection-${n}`, teamId } });
    }
    const { teamId } = teams[0] ?? { teamId: '' };
    const soon = new Date(Date.now() + 13 * 86_400_000);
    await database.scimConnection.updateMany({ where: { teamId }, data: { bearerTokenExpiresAt: soon } });
    expect(await metric(lab, 'scim_tokens_expiring')).toBe(1);
    const rows = await database.$queryRawUnsafe<{ team_id: string }[]>(String(statement));
    expect(rows[0]?.team_id).toBe(teamId);

    // The token was rotated: Stytch says another time, which the schedule reads. A second run writes nothing.
    const lookups = connectLookups({ projectId, secret: 'secret-test', baseUrl: emulator.url });
    expect(await readTokenExpiry({ database, lookups })).toBe(2);
    expect(await metric(lab, 'scim_tokens_expiring')).toBe(0);
    expect(await readTokenExpiry({ database, lookups })).toBe(0);
    const known = await database.scimConnection.findMany({ select: { bearerTokenExpiresAt: true } });
    for (const { bearerTokenExpiresAt } of known) expect(bearerTokenExpiresAt?.getFullYear()).toBeGreaterThan(2030);
  });
});
