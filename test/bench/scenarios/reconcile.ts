import { handled, idleWorker, queueHints } from '../hints.js';
import type { Bench, Machine } from '../machine.js';
import { type Scenario, secondsOf } from '../measure.js';

const ourEvents = 20_000;
/** Enough for its steady pace; all of ours would take it minutes. */
const obviousEvents = 1_500;

/** Events a second from queue to rows, against one members.get and one ORM transaction an event. */
export const reconcile: Scenario = {
  name: 'reconcile',
  about: 'events a second from queue to rows at 150 ms Stytch latency, against the obvious design',
  run: async (machine, step) => {
    const obvious = await step('the obvious design', () => rateOf(machine, obviousEvents, startObvious));
    const ours = await step('ours', () => rateOf(machine, ourEvents, idleWorker));
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

async function rateOf(machine: Machine, events: number, startWorker: (bench: Bench) => Promise<void>): Promise<number> {
  const bench = await machine.bench();
  const [team] = await bench.stytch.call<{ organizationId: string; memberIds: string[] }[]>('provision', {
    teams: 1,
    members: events,
    roles: ['analyst'],
  });
  if (team === undefined) throw new Error('There is no team.');
  await startWorker(bench);
  await bench.team(team.organizationId);
  const seconds = await secondsOf(async () => {
    await queueHints(bench, team.organizationId, team.memberIds);
    await handled(bench, events, 240_000);
  });
  await bench.stop();
  return events / seconds;
}

async function startObvious(bench: Bench): Promise<void> {
  const { redisUrl, databaseUrl, stytchAccess: stytch } = bench;
  await bench.helper('obvious-process.js').call('start', { redisUrl, databaseUrl, stytch });
}
