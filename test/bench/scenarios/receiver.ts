import { Redis } from 'ioredis';
import type { Child } from '../child.js';
import { readyReceiver } from '../hints.js';
import type { Bench } from '../machine.js';
import { type Figure, median, type Scenario } from '../measure.js';

const rounds = 5;
const events = 6_000;
/** The receiver has one core for itself; its load, Redis and the rest share the other. */
const [receiverCpu, loadCpu] = [0, 1];

/** Verified, queued and acknowledged requests a second on one core, against the bare floor, in turn. */
export const receiver: Scenario = {
  name: 'receiver',
  about: 'webhooks a second on one core, against node:http + native HMAC + the same enqueue',
  run: async (machine, step) => {
    const bench = await machine.bench();
    const load = bench.helper('load-process.js', { cpu: loadCpu });
    const ours = await readyReceiver(bench, { cpu: receiverCpu });
    const floor = await startFloor(bench);
    const rates = { ours: [] as number[], floor: [] as number[] };
    const waiting: number[] = [];
    for (let round = 0; round <= rounds; round++) {
      await step(round === 0 ? 'warming up' : `round ${round} of ${rounds}`, async () => {
        for (const [name, port] of [
          ['ours', ours],
          ['floor', floor],
        ] as const) {
          const before = await redisBytes(bench);
          const rate = await flood(load, port);
          if (round > 0) rates[name].push(rate);
          if (name === 'ours') waiting.push(((await redisBytes(bench)) - before) / events);
        }
      });
    }
    await bench.stop();
    return [
      ...figures(rates),
      { scenario: 'receiver', what: 'a waiting hint in Redis', value: Math.round(median(waiting)), unit: 'bytes' },
    ];
  },
};

async function startFloor(bench: Bench): Promise<number> {
  const floor = bench.helper('floor-process.js', { cpu: receiverCpu });
  return floor.call<number>('start', { redisUrl: bench.redisUrl, databaseUrl: bench.databaseUrl });
}

async function redisBytes({ redisUrl }: Bench): Promise<number> {
  const redis = new Redis(redisUrl);
  const info = await redis.info('memory');
  redis.disconnect();
  return Number(/used_memory:(\d+)/.exec(info)?.[1]);
}

async function flood(load: Child, port: number): Promise<number> {
  const memberIds = Array.from({ length: 500 }, () => `member-test-${crypto.randomUUID()}`);
  await load.call('prepare', { memberIds, organizationId: 'organization-test-1', action: 'UPDATE', count: events });
  const { seconds, refused } = await load.call<{ seconds: number; refused: number }>('flood', { port });
  if (refused > 0) throw new Error(`${refused} of ${events} events were refused.`);
  return events / seconds;
}

function figures({ ours, floor }: { ours: number[]; floor: number[] }): Figure[] {
  const ratio = median(ours.map((rate, i) => rate / (floor[i] ?? rate)));
  return [
    { scenario: 'receiver', what: 'ours', value: median(ours), unit: 'requests/s' },
    { scenario: 'receiver', what: 'bare floor', value: median(floor), unit: 'requests/s' },
    {
      scenario: 'receiver',
      what: 'ours / floor',
      value: ratio,
      unit: '',
      reach: '>= 0.5, then 0.65',
      met: ratio >= 0.5,
    },
  ];
}
