import { freePort } from '../../local/ports.js';
import { eventually } from '../../support/eventually.js';
import { handled, idleWorker } from '../hints.js';
import { percentile, type Scenario } from '../measure.js';

const perSecond = 200;
const seconds = 20;

/** An ordinary day of many customers: how long an event takes, from when it was sent to the commit. */
export const steady: Scenario = {
  name: 'steady',
  about: `${perSecond} events a second: lag from sent to committed`,
  run: async (machine, step) => {
    const bench = await machine.bench();
    const [team] = await bench.stytch.call<{ organizationId: string; memberIds: string[] }[]>('provision', {
      ...{ teams: 1, members: perSecond * seconds, roles: ['analyst'] },
    });
    if (team === undefined) throw new Error('There is no team.');
    const port = await freePort();
    bench.server(port);
    await idleWorker(bench);
    await eventually(async () => (await fetch(`http://127.0.0.1:${port}/readyz`)).status === 200);
    await bench.team(team.organizationId);
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
