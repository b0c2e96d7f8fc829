import { randomUUID } from 'node:crypto';
import { nodesOf } from '../config/redis-url.js';
import { prefix } from './backend.js';
import { connectRedis } from './redis.js';
import { type RedisProblem, redisProblem } from './redis-problem.js';

/** How the node of Redis is that holds, or should hold, our keys. */
export type RedisExamination = {
  /** host:port */
  node: string;
  /** Why a key could not be written and removed again; null: it could. */
  problem: RedisProblem | null;
  /** Null when it answered no INFO: it can't be reached, or does not let us. */
  facts: RedisFacts | null;
};

/** Null is what this Redis does not say. */
export type RedisFacts = {
  version: string | null;
  role: 'master' | 'replica';
  /** Of a replica: whether it is connected to its master. */
  hasMaster: boolean;
  usedBytes: number;
  /** Null: it has no limit. */
  maxBytes: number | null;
  evictionPolicy: string | null;
  appendOnly: boolean | null;
  /** The last write to disk failed: of the append-only file or of a snapshot. */
  diskFailed: boolean;
};

/** A node that has not answered both questions by now does not; a person waits for this. */
const deadlineMs = 4_000;
const tuning = { enableReadyCheck: false, maxRetriesPerRequest: 0, disconnectTimeout: 100 };

/**
 * Asks one node after the other, until one answers, and in a cluster the one that has our keys. Over connections of its
 * own that wait for nothing, so that Redis' own word is what is found. Never throws.
 */
export async function examineRedis(urls: string): Promise<RedisExamination> {
  const { nodes, isCluster } = nodesOf(urls);
  let last: Asked | null = null;
  for (const node of nodes) {
    last = await examineNode(node);
    const elsewhere = isCluster ? last.movedTo : null;
    if (elsewhere !== null) last = await examineNode(at(node, elsewhere));
    if (last.facts !== null || last.problem === null) break;
  }
  const { movedTo: _, ...examination } = last as Asked; // REDIS_URL names at least one
  return examination;
}

type Asked = RedisExamination & { movedTo: string | null };

async function examineNode(url: URL): Promise<Asked> {
  const redis = connectRedis(url.href, tuning, () => {});
  let lost: unknown = null;
  redis.on('error', (error: Error) => {
    lost ??= error; // what comes after is about the same
  });
  const giveUp = setTimeout(() => {
    lost ??= Object.assign(new Error('No answer in time'), { code: 'ETIMEDOUT' });
    redis.disconnect(); // what is not answered yet fails
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
  remedy: 'Look at its log, and whether it has reached maxclients. rediss:// is for a Redis with TLS.',
};

/** Written and removed in one script, as the queue writes: if we die in between, nothing stays. */
const writeAndRemove = "redis.call('SET', KEYS[1], '1') return redis.call('DEL', KEYS[1])";

/** @returns what it was refused with; null: it was done */
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
  moved.host = host.startsWith(':') ? `${node.hostname}${host}` : host; // "the address that you asked", by its port alone
  return moved;
}

function factsIn(info: string): RedisFacts {
  const said = (name: string) => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1] ?? null;
  const number = (name: string) => Number(said(name) ?? 0);
  const disk = ['aof_last_write_status', 'rdb_last_bgsave_status'].map(said);
  return {
    version: said('redis_version'),
    role: said('role') === 'slave' ? 'replica' : 'master',
    hasMaster: said('master_link_status') === 'up',
    usedBytes: number('used_memory'),
    maxBytes: number('maxmemory') || null,
    evictionPolicy: said('maxmemory_policy'),
    appendOnly: said('aof_enabled') === null ? null : said('aof_enabled') === '1',
    diskFailed: disk.includes('err'),
  };
}
