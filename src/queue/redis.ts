import { Cluster, Redis, type RedisOptions } from 'ioredis';
import { nodesOf } from '../config/redis-url.js';

/** How a connection behaves while Redis is away: a producer fails fast, a worker waits. */
export type RedisTuning = Pick<
  RedisOptions,
  'enableOfflineQueue' | 'enableReadyCheck' | 'maxRetriesPerRequest' | 'commandTimeout' | 'disconnectTimeout'
>;
/** Told when the connection is there again after it was lost; the queue may have lost what it held. */
export type ReconnectListener = () => void;

type Options = RedisTuning & Pick<RedisOptions, 'connectTimeout' | 'socketTimeout'>;

const connectTimeoutMs = 3_000;
/**
 * A connection on which nothing comes back for this long is dead, though nobody may have told us (a failover, a router);
 * the system itself would believe in it for a quarter of an hour. BullMQ's longest wait for a job is 10 s.
 */
const silenceTimeoutMs = 15_000;
const againAfterMs = (times: number) => Math.min(times * 100, 1_000);
/**
 * So says a Redis that is the master no more, or has lost its replicas. Its address may belong to the new master by now,
 * and a connection that lives would stay with the old one for ever.
 */
const notMaster = /(?:^|\s-?)(?:READONLY|MASTERDOWN|NOREPLICAS|UNBLOCKED)\b/;
/** Where it is still the same one, a connection is not made anew more often; a new master is found as quickly. */
const renewAfterMs = 5_000;
/** The connections of this process, by REDIS_URL. */
const connections = new Map<string, Set<Redis>>();

/**
 * One Redis, or a Redis Cluster: several of its nodes, or the one address that managed ones have, marked as such
 * (`redis://a:6379?cluster=true`).
 */
export function connectRedis(urls: string, tuning: RedisTuning, onReconnect: ReconnectListener): Redis | Cluster {
  const options: Options = { ...tuning, connectTimeout: connectTimeoutMs, socketTimeout: silenceTimeoutMs };
  const { nodes, isCluster } = nodesOf(urls);
  if (isCluster) return openCluster(nodes, options, onReconnect);
  const redis = new Redis(urls.trim(), {
    ...options,
    retryStrategy: againAfterMs,
    reconnectOnError: renewWhenDemoted(urls),
  });
  redis.on('error', () => {}); // each queue and worker on it reports the same error
  redis.once('ready', () => redis.on('ready', onReconnect));
  const ofThese = connections.get(urls) ?? new Set();
  connections.set(urls, ofThese.add(redis));
  redis.once('end', () => ofThese.delete(redis));
  return redis;
}

/**
 * Ends a connection and all copies of it. BullMQ makes one for each worker, and ends it by itself, but not when the worker's
 * close hangs, as it may while Redis refuses or comes back: then the copy would connect again for ever.
 */
export function disconnectWithCopies(connection: Redis | Cluster): () => void {
  const all: (Redis | Cluster)[] = [connection];
  const duplicate = connection.duplicate.bind(connection) as (...words: unknown[]) => Redis;
  Object.assign(connection, {
    duplicate: (...words: unknown[]) => {
      const copy = duplicate(...words);
      all.push(copy);
      return copy;
    },
  });
  return () => {
    for (const one of all) one.disconnect();
  };
}

/**
 * Makes a connection anew that learns that it leads to no master, and with it all others of this process: those that only
 * read would never learn it. BullMQ copies a connection's options, and this function with them; `this` are the copy's.
 */
function renewWhenDemoted(urls: string): RedisOptions['reconnectOnError'] {
  const renewedAt = new WeakMap<object, number>();
  const isDue = (options: object) => Date.now() - (renewedAt.get(options) ?? 0) >= renewAfterMs;
  const renew = (options: object) => renewedAt.set(options, Date.now());
  return function (this: unknown, error: Error) {
    const options = this as RedisOptions;
    if (!notMaster.test(error.message) || !isDue(options)) return false;
    renew(options);
    for (const other of connections.get(urls) ?? []) {
      if (other.options === options || other.status !== 'ready' || !isDue(other.options)) continue;
      renew(other.options);
      other.disconnect(true);
    }
    return true;
  };
}

/**
 * The nodes tell of each other; those named are only asked first, and all take the same password. All our keys are on one
 * node, so any may be the one that matters.
 */
function openCluster(nodes: URL[], options: Options, onReconnect: ReconnectListener): Cluster {
  const { username, password, protocol } = nodes[0] as URL;
  const secure = protocol === 'rediss:';
  const bare = nodes.map(({ protocol, host }) => `${protocol}//${host}`);
  const cluster = new Cluster(bare, {
    redisOptions: {
      ...options,
      ...(username === '' ? {} : { username: decodeURIComponent(username) }),
      ...(password === '' ? {} : { password: decodeURIComponent(password) }),
      ...(secure ? { tls: {} } : {}),
    },
    enableOfflineQueue: options.enableOfflineQueue ?? true,
    clusterRetryStrategy: againAfterMs,
    slotsRefreshTimeout: connectTimeoutMs,
    // A certificate is for a name: a node that is known by its name is not to be looked up before it is connected to.
    ...(secure
      ? { dnsLookup: (address: string, done: (error: null, address: string) => void) => done(null, address) }
      : {}),
  });
  cluster.on('error', () => {});
  cluster.once('ready', () => {
    cluster.on('ready', onReconnect);
    watchMasters(cluster, onReconnect);
  });
  return cluster;
}

/**
 * ioredis asks who serves what after every failure and every few seconds. Told is whoever was lost and is named again (that
 * it can be reached is not sure yet: if not, it is lost once more), and a replica in a master's place: it is behind by what
 * that had not yet told it.
 */
function watchMasters(cluster: Cluster, tell: () => void): void {
  const masters = () => cluster.nodes('master').map(addressOf).sort().join();
  let known = masters();
  cluster.on('-node', () => {
    known = 'one is lost';
  });
  cluster.on('refresh', () => {
    const now = masters();
    if (now !== known) tell();
    known = now;
  });
}

function addressOf({ options }: Redis): string {
  return `${options.host}:${options.port}`;
}
