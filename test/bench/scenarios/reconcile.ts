import { eventually } from '../../helpers/eventually.js';
import { handled, secondsForHints } from '../hints.js';
import type { Bench, Machine } from '../machine.js';
import { type Scenario, secondsOf } from '../measure.js';
import { newcomersToWorkers, only, type People, peopleIn } from '../people.js';
import { writeRows } from '../sql-floor.js';

const ourEvents = 20_000;
/** Enough for its steady pace; all of ours would take it minutes. */
const obviousEvents = 1_500;

/** Events a second from queue to rows: against one members.get and one ORM transaction an event, and against the floors. */
export const reconcile: Scenario = {
  name: 'reconcile',
  about: 'events a second from queue to rows at 150 ms Stytch latency, against the obvious design and two floors',
  run: async (machine, step) => {
    const obvious = await step('the obvious design', () => rateOf(machine, obviousEvents, startObvious));
    const queue = await step('the queue alone', () => queueFloor(machine));
    const rows = await step('the rows alone', () => rowsFloor(machine));
    const ours = await step('ours', () => rateOf(machine, ourEvents, startOurs));
    const ratio = ours / obvious;
    const reached = { reach: '>= 10, then 13', met: ratio >= 10 };
    return [
      { scenario: 'reconcile', what: 'ours', value: ours, unit: 'events/s' },
      { scenario: 'reconcile', what: 'obvious design', value: obvious, unit: 'events/s' },
      { scenario: 'reconcile', what: 'ours / obvious', value: ratio, unit: 'x', ...reached },
      { scenario: 'reconcile', what: 'queue alone, jobs that do nothing', value: queue, unit: 'events/s' },
      { scenario: 'reconcile', what: 'rows alone, one statement a thousand', value: rows, unit: 'events/s' },
    ];
  },
};

type Start = (bench: Bench, members: number) => Promise<People>;

async function rateOf(machine: Machine, events: number, start: Start): Promise<number> {
  const bench = await machine.bench();
  const people = await start(bench, events);
  const seconds = await secondsForHints(bench, [people], () => handled(bench, events, 240_000));
  await bench.stop();
  return events / seconds;
}

async function startOurs(bench: Bench, members: number): Promise<People> {
  return only(await newcomersToWorkers(bench, { members }));
}

async function startObvious(bench: Bench, members: number): Promise<People> {
  const { redisUrl, databaseUrl, stytchAccess: stytch } = bench;
  const people = only(await peopleIn(bench, { members }));
  await bench.team(people.organizationId);
  await bench.helper('obvious-process.js').call('start', { redisUrl, databaseUrl, stytch });
  return people;
}

async function queueFloor(machine: Machine): Promise<number> {
  const bench = await machine.bench();
  const people = only(await peopleIn(bench, { members: ourEvents }));
  const floor = bench.helper('queue-floor-process.js');
  const { redisUrl, databaseUrl } = bench;
  await floor.call('start', { redisUrl, databaseUrl });
  const seconds = await secondsForHints(bench, [people], () =>
    eventually(async () => (await floor.call<number>('handled')) === ourEvents, 120_000),
  );
  await bench.stop();
  return ourEvents / seconds;
}

async function rowsFloor(machine: Machine): Promise<number> {
  const bench = await machine.bench();
  const people = only(await peopleIn(bench, { members: ourEvents }));
  const seconds = await secondsOf(() => writeRows(bench, people));
  await bench.stop();
  return ourEvents / seconds;
}
