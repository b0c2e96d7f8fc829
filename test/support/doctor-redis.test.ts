import { rmSync } from 'node:fs';
import { Redis } from 'ioredis';
import { examineRedis } from '../../src/queue/examine-redis.js';
import { redisProblem, redisProblemText } from '../../src/queue/redis-problem.js';
import { redisFindings } from '../../src/support/doctor/check-redis.js';
import { startDeployedRedis } from '../helpers/deployed-redis.js';
import { eventually } from '../helpers/eventually.js';
import { temporaryFolder } from '../helpers/folders.js';
import { startCluster, type TestCluster } from '../helpers/redis-cluster.js';
import { hasRedisServer, type LocalRedis, startRedis } from '../local/redis.js';

jest.setTimeout(120_000);

describe("the first word of Redis' refusal is said in plain words", () => {
  it.each([
    ["READONLY You can't write against a read only replica.", 'READONLY'],
    ["OOM command not allowed when used memory > 'maxmemory'. script: caee, on @user_script:1.", 'OOM'],
    [
      "ERR Error running script (call to f_caee): @user_script:1: -OOM command not allowed when used memory > 'x'",
      'OOM',
    ],
    ['NOAUTH HELLO must be called with the client already authenticated', 'NOAUTH'],
    ['BUSYGROUP Consumer Group name already exists', 'BUSYGROUP'],
  ])('%s', (message, word) => {
    expect(redisProblem(refusal(message))?.word).toBe(word);
  });

  it('whatever it is wrapped in, and nothing of what it quotes', () => {
    const wrapped = Object.assign(new Error('Failed to refresh slots cache.'), {
      lastNodeError: refusal("NOPERM User scanner has no permissions to run the 'eval' command on alice@acme.example"),
    });
    const found = redisProblem(wrapped);
    expect(found).toMatchObject({ word: 'NOPERM', remedy: expect.stringContaining('make-secrets.sh') });
    expect(JSON.stringify(found)).not.toContain('alice');
    expect(found && redisProblemText(found)).toMatch(
      /^Redis can't be used: the user of REDIS_URL may not .* \(NOPERM\)\. /,
    );
  });

  it('and what is not of Redis is left to others', () => {
    expect(redisProblem(new TypeError('READONLY')) ?? 'none').toMatchObject({ word: 'READONLY' });
    expect(redisProblem(new TypeError('x is not a function'))).toBeNull();
    expect(redisProblem('READONLY')).toBeNull();
  });
});

const withRedis = hasRedisServer() ? describe : describe.skip;

withRedis('a Redis that is in trouble', () => {
  const started: LocalRedis[] = [];
  afterEach(async () => {
    // By force: one that can't save, or that nobody may ask any more, does not shut down in order.
    await Promise.all(started.splice(0).map((one) => one.kill()));
  });
  const start = async (settings: Record<string, string> = {}) => {
    const redis = await startRedis({ folder: temporaryFolder('redis'), settings });
    started.push(redis);
    return redis;
  };
  const withPassword = async () => {
    const redis = await start();
    await ask(redis, 'CONFIG', 'SET', 'requirepass', 'a/b');
    return redis;
  };

  const troubles: [word: string, next: string, trouble: () => Promise<string>][] = [
    [
      'READONLY',
      'Point REDIS_URL at the master',
      async () => {
        const [master, replica] = [await start(), await start()];
        await ask(replica, 'REPLICAOF', '127.0.0.1', String(master.port));
        return replica.url;
      },
    ],
    [
      'OOM',
      'Raise maxmemory',
      async () => {
        const redis = await start();
        await ask(redis, 'CONFIG', 'SET', 'maxmemory', '1');
        return redis.url;
      },
    ],
    ['NOAUTH', 'redis://user:password@host', async () => (await withPassword()).url],
    ['WRONGPASS', 'Correct them', async () => `redis://:wrong@127.0.0.1:${(await withPassword()).port}`],
    [
      'MISCONF',
      'the disk is full',
      async () => {
        const redis = await start({ appendonly: 'no', save: '3600 1' });
        await ask(redis, 'SET', 'a', '1');
        rmSync(redis.folder, { recursive: true });
        await ask(redis, 'BGSAVE');
        await eventually(async () => String(await ask(redis, 'INFO')).includes('rdb_last_bgsave_status:err'));
        return redis.url;
      },
    ],
    [
      'NOREPLICAS',
      'Bring the replicas back',
      async () => {
        const redis = await start();
        await ask(redis, 'CONFIG', 'SET', 'min-replicas-to-write', '1');
        return redis.url;
      },
    ],
    ['CLUSTERDOWN', 'redis-cli --cluster check', async () => (await start({ 'cluster-enabled': 'yes' })).url],
    [
      'CLUSTERDOWN',
      'redis-cli --cluster check',
      async () => `${(await start({ 'cluster-enabled': 'yes' })).url}?cluster=true`,
    ],
    ['ETIMEDOUT', 'rediss:// is for a Redis with TLS', async () => (await start()).url.replace('redis:', 'rediss:')],
    ['ECONNREFUSED', 'Correct REDIS_URL', async () => 'redis://127.0.0.1:1'],
    ['ENOTFOUND', 'Correct REDIS_URL', async () => 'redis://nobody.invalid:6379'],
  ];
  it.each(troubles)('is called %s, and what to do is: %s', async (word, next, trouble) => {
    const findings = redisFindings(await examineRedis(await trouble()));
    expect(findings.filter(({ status }) => status === 'problem')).toContainEqual(
      expect.objectContaining({
        check: expect.stringMatching(/^redis( write)?$/),
        found: expect.stringContaining(`(${word})`),
        next: expect.stringContaining(next),
      }),
    );
  });

  it('LOADING, while it still reads its data from disk', async () => {
    const redis = await start({ 'enable-debug-command': 'yes' });
    await ask(redis, 'DEBUG', 'POPULATE', '1000');
    await ask(redis, 'CONFIG', 'SET', 'key-load-delay', '10000'); // microseconds a key: ten seconds in all
    await ask(redis, 'CONFIG', 'SET', 'loading-process-events-interval-bytes', '1024');
    const loading = ask(redis, 'DEBUG', 'RELOAD').catch(() => {});
    await eventually(async () => String(await ask(redis, 'INFO')).includes('loading:1'));
    const { problem, facts } = await examineRedis(redis.url);
    expect([problem?.word, facts?.role]).toEqual(['LOADING', 'master']);
    await ask(redis, 'CONFIG', 'SET', 'key-load-delay', '0').catch(() => {});
    await Promise.all(started.splice(0).map((one) => one.kill()));
    await loading;
  });

  it('and a replica that has lost its master is said to be one', async () => {
    const replica = await start();
    await ask(replica, 'REPLICAOF', '127.0.0.1', '1');
    const [role] = redisFindings(await examineRedis(replica.url));
    expect(role).toMatchObject({
      status: 'problem',
      found: expect.stringContaining('a replica that has lost its master'),
    });
    await ask(replica, 'CONFIG', 'SET', 'replica-serve-stale-data', 'no');
    const error = await ask(replica, 'GET', 'a').catch((refused: unknown) => refused);
    expect(redisProblem(error)).toMatchObject({ word: 'MASTERDOWN', remedy: expect.stringContaining('the master') });
  });
});

withRedis('a Redis that is well', () => {
  const servers: (LocalRedis | TestCluster)[] = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.stop();
  });

  it('is found well, and nothing stays in it', async () => {
    const redis = await startRedis({ folder: temporaryFolder('redis'), settings: { maxmemory: '100mb' } });
    servers.push(redis);
    const findings = redisFindings(await examineRedis(redis.url));
    expect(findings.map(({ check, status }) => `${check}: ${status}`)).toEqual([
      'redis: ok',
      'redis write: ok',
      'redis memory: ok',
      'redis policy: ok',
      'redis persistence: ok',
    ]);
    expect(findings[2]?.found).toMatch(/^\d(\.\d)? MiB are used of 100 MiB \(\d+ %\)$/);
    expect(await ask(redis, 'DBSIZE')).toBe(0);
    expect(String(await ask(redis, 'INFO', 'commandstats'))).toMatch(/cmdstat_set:calls=1,/);
  });

  it('with the rights that our own secrets give', async () => {
    const deployed = await startDeployedRedis();
    try {
      const { problem, facts } = await examineRedis(deployed.url);
      expect([problem, facts?.evictionPolicy, facts?.appendOnly]).toEqual([null, 'noeviction', true]);
    } finally {
      await deployed.stop();
    }
  });

  it('in a cluster is the node that has our keys, whichever is named', async () => {
    const cluster = await startCluster();
    servers.push(cluster);
    const nodes = await Promise.all(
      cluster.nodes.map(async ({ url }) => (await examineRedis(`${url}?cluster=true`)).node),
    );
    expect(new Set(nodes).size).toBe(1);
    const elsewhere = cluster.nodes.filter(({ port }) => nodes[0] !== `127.0.0.1:${port}`);
    const alone = await examineRedis(String(elsewhere[0]?.url));
    expect(alone.problem).toMatchObject({ word: 'MOVED', remedy: expect.stringContaining('?cluster=true') });
    const withOneAway = await examineRedis(`redis://127.0.0.1:1,${elsewhere[0]?.url}`);
    expect([withOneAway.node, withOneAway.problem]).toEqual([nodes[0], null]);
    expect((await cluster.keys()).flat()).toEqual([]);
  });
});

const healthy = {
  ...{ version: '7.2.4', role: 'master' as const, hasMaster: false, usedBytes: 50 * 2 ** 20, maxBytes: 100 * 2 ** 20 },
  ...{ evictionPolicy: 'noeviction', appendOnly: true, diskFailed: false },
};

it.each([
  [{}, []],
  [{ evictionPolicy: 'allkeys-lru' }, ['redis policy: problem']],
  [{ appendOnly: false }, ['redis persistence: warning']],
  [{ diskFailed: true }, ['redis persistence: problem']],
  [{ usedBytes: 81 * 2 ** 20 }, ['redis memory: warning']],
  [{ usedBytes: 101 * 2 ** 20 }, ['redis memory: problem']],
  [{ maxBytes: null }, ['redis memory: warning']],
  [{ version: '6.0.16' }, ['redis: problem']],
  [{ version: '10.0.1' }, []],
  [{ evictionPolicy: null, appendOnly: null }, ['redis policy: unknown', 'redis persistence: unknown']],
])('judges %j', (change, expected) => {
  const findings = redisFindings({ node: 'r:6379', problem: null, facts: { ...healthy, ...change } });
  expect(findings.filter(({ status }) => status !== 'ok').map(({ check, status }) => `${check}: ${status}`)).toEqual(
    expected,
  );
  expect(findings.every(({ status, next }) => status === 'ok' || next !== null)).toBe(true);
});

function refusal(message: string): Error {
  return Object.assign(new Error(message), { name: 'ReplyError' });
}

async function ask({ port }: LocalRedis, command: string, ...words: string[]): Promise<unknown> {
  const options = {
    password: 'a/b',
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    enableReadyCheck: false,
    disconnectTimeout: 10,
  };
  const redis = new Redis({ port, host: '127.0.0.1', ...options });
  redis.on('error', () => {});
  try {
    return await redis.call(command, ...words);
  } finally {
    redis.disconnect();
  }
}
