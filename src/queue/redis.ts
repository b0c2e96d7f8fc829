import { Cluster, Redis, type RedisOptions } from 'ioredis';
import { nodesOf } from '../config/redis-url.js';

/** What a connection does while Redis is unavailable: a producer fails fast, a worker waits. */
export type RedisTuning = Pick<
  RedisOptions,
  'enableOfflineQueue' | 'enableReadyCheck' | 'maxRetriesPerRequest' | 'commandTimeout' | 'disconnectTimeout'
>;
/** Called when a lost connection is back. The queue may have lost jobs. */
export type ReconnectListener = () => void;

type Options = RedisTuning & Pick<RedisOptions, 'connectTimeout' | 'socketTimeout'>;

const connectTimeoutMs = 3_000;
/**
 * A connection without an answer for this long is dead, even if no error was reported (a failover, a router). The operating
 * system would notice after a quarter of an hour. BullMQ's longest wait for a job is 10 s.
 */
const silenceTimeoutMs = 15_000;
const againAfterMs = (times: number) => Math.min(times * 100, 1_000);
/**
 * Errors of a Redis that is no longer the master, or has lost its replicas. Its address may lead to the new master now, but an
 * open connection would stay with the old one for ever.
 */
const notMaster = /(?:^|\s-?)(?:READONLY|MASTERDOWN|NOREPLICAS|UNBLOCKED)\b/;
/** A connection reconnects at most this often while the address still leads to the same node. */
const renewAfterMs = 5_000;
/** The connections of this process, by REDIS_URL. */
const connections = new Map<string, Set<Redis>>();

/**
 * Connects to one Redis, or to a Redis Cluster: several URLs, or the one URL of a managed cluster with a marker
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
  redis.on('error', () => {}); // each queue and worker that uses it reports the same error
  redis.once('ready', () => redis.on('ready', onReconnect));
  const ofThese = connections.get(urls) ?? new Set();
  connections.set(urls, ofThese.add(redis));
  redis.once('end', () => ofThese.delete(redis));
  return redis;
}

/**
 * Ends a connection and all its copies. BullMQ makes a copy for each worker and ends it when the worker closes. But that close
 * can hang while Redis refuses writes or comes back, and then the copy would reconnect for ever.
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
 * Reconnects a connection that finds that it does not lead to a master, and all others of this process with it, because a
 * connection that only reads would never find out. BullMQ copies a connection's options with this function. `this` is the
 * options of the copy.
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
 * The given nodes are only the first contact: they name the others, and all use the same password. All our keys are on one
 * node, which may be any of them.
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
    // A certificate is for a host name, so the name must not be resolved to an address first.
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
 * Calls `onReconnect` when a lost master is back, and when a replica has become master, because a new master lacks what was
 * not replicated yet. ioredis refreshes the list of masters after every failure and every few seconds. A master in that list
 * may still be unreachable. Then it is lost again, and this repeats.
 */
function watchMasters(cluster: Cluster, onReconnect: ReconnectListener): void {
  const masters = () => cluster.nodes('master').map(addressOf).sort().join();
  let known = masters();
  cluster.on('-node', () => {
    known = 'one is lost';
  });
  cluster.on('refresh', () => {
    const now = masters();
    if (now !== known) onReconnect();
    known = now;
  });
}

function addressOf({ options }: Redis): string {
  return `${options.host}:${options.port}`;
}
