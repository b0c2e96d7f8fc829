import { Redis } from 'ioredis';
import { freePort } from '../local/ports.js';
import { type LocalRedis, startRedis } from '../local/redis.js';
import { eventually } from './eventually.js';
import { temporaryFolder } from './folders.js';

/** A Redis Cluster of three nodes, each with a third of the slots. */
export type TestCluster = {
  nodes: LocalRedis[];
  /** The keys that lie on each node. */
  keys(): Promise<string[][]>;
  /** Gives this node a replica that has all it has, and takes its place when it is gone. */
  replicate(node: LocalRedis): Promise<void>;
  stop(): Promise<void>;
};

const slots = 16_384;
const size = 3;

export async function startCluster(): Promise<TestCluster> {
  const busPorts = await Promise.all(Array.from({ length: size }, freePort));
  const nodes = await Promise.all(busPorts.map(startNode));
  const replicas: LocalRedis[] = [];
  const each = <T>(ask: (redis: Redis, n: number) => Promise<T>) =>
    Promise.all(nodes.map((node, n) => asking(node, (redis) => ask(redis, n))));
  await each((redis, n) => redis.call('CLUSTER', 'ADDSLOTSRANGE', first(n), first(n + 1) - 1));
  await each(async (redis) => {
    for (const [n, { port }] of nodes.entries())
      await redis.call('CLUSTER', 'MEET', '127.0.0.1', port, Number(busPorts[n]));
  });
  const isWhole = async (redis: Redis) =>
    /cluster_state:ok[\s\S]*cluster_known_nodes:3/.test(String(await redis.call('CLUSTER', 'INFO')));
  await eventually(async () => (await each(isWhole)).every(Boolean), 60_000);
  return {
    nodes,
    keys: () => each((redis) => redis.keys('*')),
    replicate: async (node) => {
      const busPort = await freePort();
      const replica = await startNode(busPort);
      replicas.push(replica);
      await asking(node, (redis) => redis.call('CLUSTER', 'MEET', '127.0.0.1', replica.port, busPort));
      const id = await asking(node, (redis) => redis.call('CLUSTER', 'MYID'));
      await asking(replica, async (redis) => {
        await eventually(() => redis.call('CLUSTER', 'REPLICATE', String(id)), 60_000);
        await eventually(async () => (await redis.info('replication')).includes('master_link_status:up'), 60_000);
      });
      // The others vote only for a replica that they have heard of, and of this node's.
      const isOurs = new RegExp(`:${replica.port}@\\d+ slave ${id} `);
      const knowIt = () => each(async (redis) => isOurs.test(String(await redis.call('CLUSTER', 'NODES'))));
      await eventually(async () => (await knowIt()).every(Boolean), 60_000);
    },
    stop: async () => {
      await Promise.all([...nodes, ...replicas].map((node) => node.stop()));
    },
  };
}

function startNode(busPort: number): Promise<LocalRedis> {
  const settings = {
    ...{ 'cluster-enabled': 'yes', 'cluster-config-file': 'nodes.conf', 'cluster-port': String(busPort) },
    'cluster-node-timeout': '2000',
  };
  return startRedis({ folder: temporaryFolder('cluster'), settings });
}

function first(n: number): number {
  return Math.floor((n * slots) / size);
}

async function asking<T>({ port }: LocalRedis, ask: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(port, '127.0.0.1', { disconnectTimeout: 10 });
  try {
    return await ask(redis);
  } finally {
    redis.disconnect();
  }
}
