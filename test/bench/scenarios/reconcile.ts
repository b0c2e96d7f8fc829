import { queueHints } from '../../support/hints.js';
import { handled } from '../hints.js';
import type { Bench, Machine } from '../machine.js';
import { type Scenario, secondsOf } from '../measure.js';
import { newcomersToWorkers, only, type People, peopleIn } from '../people.js';

const ourEvents = 20_000;
/** Enough for its steady pace; all of ours would take it minutes. */
const obviousEvents = 1_500;

/** Events a second from queue to rows, against one members.get and one ORM transaction an event. */
export const reconcile: Scenario = {
  name: 'reconcile',
  about: 'events a second from queue to rows at 150 ms Stytch latency, against the obvious design',
  run: async (machine, step) => {
    const obvious = await step('the obvious design', () => rateOf(machine, obviousEvents, startObvious));
    const ours = await step('ours', () => rateOf(machine, ourEvents, startOurs));
    const ratio = ours / obvious;
    return [
      { scenario: 'reconcile', what: 'ours', value: ours, unit: 'events/s' },
      { scenario: 'reconcile', what: 'obvious design', value: obvious, unit: 'events/s' },
      {
        scenario: 'reconcile',
        what: 'ours / obvious',
        value: ratio,
        unit: 'x',
        reach: '>= 10, then 13',
        met: ratio >= 10,
      },
    ];
  },
};

type Start = (bench: Bench, members: number) => Promise<People>;

async function rateOf(machine: Machine, events: number, start: Start): Promise<number> {
  const bench = await machine.bench();
  const team = await start(bench, events);
  const seconds = await secondsOf(async () => {
    await queueHints(bench, team.organizationId, team.memberIds);
    await handled(bench, events, 240_000);
  });
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
