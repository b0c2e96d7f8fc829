import { randomUUID } from 'node:crypto';
import { nodesOf } from '../config/redis-url.js';
import { prefix } from './backend.js';
import { connectRedis } from './redis.js';
import { fieldIn, memoryIn } from './redis-info.js';
import { type RedisProblem, redisProblem } from './redis-problem.js';

/** The state of the Redis node that holds our keys, or should hold them. */
export type RedisExamination = {
  /** host:port */
  node: string;
  /** Why a trial write failed. Null: it succeeded. */
  problem: RedisProblem | null;
  /** Null when INFO failed: the node can't be reached, or our user may not run it. */
  facts: RedisFacts | null;
};

/** A field is null when this Redis does not report it. */
export type RedisFacts = {
  version: string | null;
  role: 'master' | 'replica';
  /** A replica is connected to its master. */
  hasMaster: boolean;
  usedBytes: number;
  /** Null: no limit. */
  maxBytes: number | null;
  evictionPolicy: string | null;
  appendOnly: boolean | null;
  /** The last write to disk (append-only file or snapshot) failed. */
  diskFailed: boolean;
};

/** A node that has not answered by then is down. A person waits for this. */
const deadlineMs = 4_000;
const tuning = { enableReadyCheck: false, maxRetriesPerRequest: 0, disconnectTimeout: 100 };

/**
 * Tries one node after the other until one answers. In a cluster it follows to the node with our keys. It uses connections of
 * its own that do not retry, so that it sees Redis' own errors. Never throws.
 */
export async function examineRedis(urls: string): Promise<RedisExamination> {
  const { nodes, isCluster } = nodesOf(urls);
  let last: NodeExamination | null = null;
  for (const node of nodes) {
    last = await examineNode(node);
    const elsewhere = isCluster ? last.movedTo : null;
    if (elsewhere !== null) last = await examineNode(at(node, elsewhere));
    if (last.facts !== null || last.problem === null) break;
  }
  const { movedTo: _, ...examination } = last as NodeExamination; // REDIS_URL has at least one node
  return examination;
}

type NodeExamination = RedisExamination & { movedTo: string | null };

async function examineNode(url: URL): Promise<NodeExamination> {
  const redis = connectRedis(url.href, tuning, () => {});
  let lost: unknown = null;
  redis.on('error', (error: Error) => {
    lost ??= error; // later errors have the same cause
  });
  const giveUp = setTimeout(() => {
    lost ??= Object.assign(new Error('No answer in time'), { code: 'ETIMEDOUT' });
    redis.disconnect(); // commands without an answer fail
  }, deadlineMs);
  try {
    const info = await redis.info().catch(() => null);
    const refusal = await trialWrite(redis);
    const problem = refusal === null ? null : (redisProblem(refusal) ?? redisProblem(lost) ?? noAnswer);
    const facts = info === null ? null : factsIn(info);
    return { node: url.host, problem, facts, movedTo: problem?.word === 'MOVED' ? addressIn(refusal) : null };
  } finally {
    clearTimeout(giveUp);
    redis.disconnect();
  }
}

const noAnswer: RedisProblem = {
  word: 'no answer',
  meaning: 'it closes the connection at once',
  remedy: 'Check its log, and whether it has reached maxclients. Use rediss:// only for a Redis with TLS.',
};

/** One script, as BullMQ uses them. It leaves nothing behind even if we die in the middle. */
const writeAndRemove = "redis.call('SET', KEYS[1], '1') return redis.call('DEL', KEYS[1])";

/** @returns the error, or null if the write succeeded */
async function trialWrite(redis: ReturnType<typeof connectRedis>): Promise<unknown> {
  try {
    await redis.eval(writeAndRemove, 1, `${prefix}:trial:${randomUUID()}`);
    return null;
  } catch (error) {
    return error;
  }
}

/** `MOVED 8214 10.0.0.7:6379` */
function addressIn(refusal: unknown): string | null {
  return (refusal instanceof Error && /^MOVED \d+ (\S+)/.exec(refusal.message)?.[1]) || null;
}

/** The same user, password and kind of connection, at another address. */
function at(node: URL, host: string): URL {
  const moved = new URL(node);
  moved.host = host.startsWith(':') ? `${node.hostname}${host}` : host; // an address without a host means the same host
  return moved;
}

function factsIn(info: string): RedisFacts {
  const field = (name: string) => fieldIn(info, name);
  const disk = ['aof_last_write_status', 'rdb_last_bgsave_status'].map(field);
  return {
    version: field('redis_version'),
    role: field('role') === 'slave' ? 'replica' : 'master',
    hasMaster: field('master_link_status') === 'up',
    ...memoryIn(info),
    evictionPolicy: field('maxmemory_policy'),
    appendOnly: field('aof_enabled') === null ? null : field('aof_enabled') === '1',
    diskFailed: disk.includes('err'),
  };
}
