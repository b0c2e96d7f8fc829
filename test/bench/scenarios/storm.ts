import type { Step } from '../../local/stack.js';
import { handled, readyReceiver } from '../hints.js';
import type { Bench, CpuSeconds, Machine } from '../machine.js';
import { type Figure, type Scenario, secondsOf } from '../measure.js';
import { newcomersToWorkers, only } from '../people.js';

const members = 50_000;

/** A directory is pushed anew: two events a member, all through the receiver, on the whole machine. */
export const storm: Scenario = {
  name: 'storm',
  about: '100,000 events for 50,000 members, receiver + worker + Redis + PostgreSQL on this machine',
  run: (machine, step) => run(machine, step, { name: 'storm', events: 100_000, withinSeconds: 90 }),
};

/** And five events a member: what is then said of people who were read meanwhile costs no call. */
export const largeStorm: Scenario = {
  name: 'storm-250k',
  about: '250,000 events for the same; takes four minutes more, so only when it is asked for',
  run: (machine, step) => run(machine, step, { name: 'storm-250k', events: 250_000, withinSeconds: 240 }),
};

type Size = { name: string; events: number; withinSeconds: number };

async function run(machine: Machine, step: Step, size: Size): Promise<Figure[]> {
  const { events } = size;
  const bench = await machine.bench();
  const port = await readyReceiver(bench);
  const team = only(await step(`${members} people in the directory`, () => newcomersToWorkers(bench, { members })));
  await bench.stytch.call('resetCalls');
  const load = bench.helper('load-process.js');
  await load.call('prepare', { ...team, action: 'UPDATE', count: events });
  const before = bench.cpuSeconds();
  const seconds = await step(`${events} events`, () =>
    secondsOf(async () => {
      const { refused } = await load.call<{ refused: number }>('flood', { port });
      if (refused > 0) throw new Error(`${refused} events were refused.`);
      await handled(bench, events, 400_000);
    }),
  );
  const after = bench.cpuSeconds();
  const figures = [
    ...(await measure(bench, size, seconds)),
    ...costs(size, before, after),
    ...(await sizes(bench, size)),
  ];
  await bench.stop();
  return figures;
}

/** What an event costs each of the processes: the numbers that a deployment is sized by. */
function costs({ name, events }: Size, before: CpuSeconds, after: CpuSeconds): Figure[] {
  return (['receiver', 'worker', 'redis', 'postgres'] as const).map((who) => {
    const value = ((after[who] - before[who]) / events) * 1000;
    return { scenario: name, what: `CPU an event, ${who}`, value, unit: 'ms' };
  });
}

async function sizes(bench: Bench, { name, events }: Size): Promise<Figure[]> {
  const [bytes] = await bench.database.$queryRaw<[{ member: number; event: number }]>`
    SELECT (pg_total_relation_size('users') + pg_total_relation_size('idp_role_values')
        + pg_total_relation_size('role_grants'))::float8 / ${members} AS member,
      pg_total_relation_size('sync_events')::float8 / ${events} AS event`;
  return [
    { scenario: name, what: 'disk a member, indexes included', value: Math.round(bytes.member), unit: 'bytes' },
    { scenario: name, what: 'disk an event, indexes included', value: Math.round(bytes.event), unit: 'bytes' },
  ];
}

async function measure(bench: Bench, { name, withinSeconds }: Size, seconds: number): Promise<Figure[]> {
  const { searches, refused } = await bench.stytch.call<{ searches: number; refused: number }>('calls');
  const peaks = bench.peaks();
  const [rows] = await bench.database.$queryRaw<[{ users: number; grants: number }]>`
    SELECT (SELECT count(*)::int FROM users WHERE status = 'active') AS users,
      (SELECT count(*)::int FROM role_grants WHERE source = 'scim') AS grants`;
  if (rows.users !== members || rows.grants !== members) throw new Error(`The rows are wrong: ${JSON.stringify(rows)}`);
  const reach = (limit: number, value: number) => ({ reach: `<= ${limit}`, met: value <= limit });
  return [
    { scenario: name, what: 'all applied', value: seconds, unit: 's', ...reach(withinSeconds, seconds) },
    { scenario: name, what: 'searches', value: searches, unit: 'calls' },
    { scenario: name, what: 'refused with 429', value: refused, unit: 'calls', reach: '0', met: refused === 0 },
    { scenario: name, what: 'memory, worker at most', value: peaks.worker, unit: 'MiB', ...reach(300, peaks.worker) },
    { scenario: name, what: 'memory, receiver at most', value: peaks.server, unit: 'MiB', ...reach(300, peaks.server) },
  ];
}
