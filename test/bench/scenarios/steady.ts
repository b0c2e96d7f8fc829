import { handled, readyReceiver } from '../hints.js';
import { percentile, type Scenario } from '../measure.js';
import { newcomersToWorkers, only } from '../people.js';

const perSecond = 200;
const seconds = 20;

/** An ordinary day of many customers: how long an event takes, from when it was sent to the commit. */
export const steady: Scenario = {
  name: 'steady',
  about: `${perSecond} events a second: lag from sent to committed`,
  run: async (machine, step) => {
    const bench = await machine.bench();
    const port = await readyReceiver(bench);
    const team = only(await newcomersToWorkers(bench, { members: perSecond * seconds }));
    const load = bench.helper('load-process.js');
    await step(`${seconds} s of ${perSecond} events/s`, async () => {
      await load.call('steadily', { ...team, action: 'UPDATE', port, perSecond, seconds });
      await handled(bench, perSecond * seconds, 120_000);
    });
    const lags = await bench.database.$queryRaw<{ lag: number }[]>`
      SELECT extract(epoch FROM applied_at - sent_at)::float8 AS lag FROM sync_events WHERE trigger = 'hint'`;
    await bench.stop();
    const at = (share: number) =>
      percentile(
        lags.map(({ lag }) => lag),
        share,
      );
    return [
      { scenario: 'steady', what: 'p50 lag', value: at(0.5), unit: 's' },
      { scenario: 'steady', what: 'p99 lag', value: at(0.99), unit: 's', reach: '<= 1.5', met: at(0.99) <= 1.5 },
    ];
  },
};
