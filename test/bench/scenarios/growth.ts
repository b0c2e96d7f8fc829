import { handled, secondsForHints } from '../hints.js';
import type { Machine } from '../machine.js';
import type { Scenario } from '../measure.js';
import { newcomersToWorkers } from '../people.js';

const events = 12_000;

/** How the rate changes with workers and with teams; how sweeps grow with members is the scenario sweep. */
export const growth: Scenario = {
  name: 'growth',
  about: `${events} hints by 1, 2, 3 workers, and about 10, 100, 1,000 teams`,
  run: async (machine, step) => {
    const figures = [];
    for (const workers of [1, 2, 3]) {
      const what = `${workers} worker${workers > 1 ? 's' : ''}, 10 teams`;
      const value = await step(what, () => rateOf(machine, { workers, teams: 10 }));
      figures.push({ scenario: 'growth', what, value, unit: 'events/s' });
    }
    for (const teams of [100, 1_000]) {
      const what = `1 worker, ${teams} teams`;
      const value = await step(what, () => rateOf(machine, { workers: 1, teams }));
      figures.push({ scenario: 'growth', what, value, unit: 'events/s' });
    }
    return figures;
  },
};

/** Without Stytch's limit: it is one for any number of workers, and would hide what they do. */
async function rateOf(machine: Machine, { workers, teams }: { workers: number; teams: number }): Promise<number> {
  const bench = await machine.bench();
  await bench.stytch.call('faults', { latencyMs: 150, searchesPerMinute: null });
  const env = { STYTCH_SEARCHES_PER_MINUTE: '60000' };
  const people = await newcomersToWorkers(bench, { workers, teams, members: events / teams, env });
  const seconds = await secondsForHints(bench, people, () => handled(bench, events, 240_000));
  await bench.stop();
  return events / seconds;
}
