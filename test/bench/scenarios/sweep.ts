import { eventually } from '../../helpers/eventually.js';
import { idleWorker } from '../hints.js';
import type { Bench } from '../machine.js';
import { type Figure, type Scenario, secondsOf } from '../measure.js';
import { mirror } from '../mirror.js';
import { only, peopleIn } from '../people.js';

const sizes = [1_000, 10_000, 100_000];

/** Reading a whole team that is right: what it costs Stytch, the database and time, and how that grows. */
export const sweep: Scenario = {
  name: 'sweep',
  about: 'teams of 1,000, 10,000 and 100,000 unchanged members read whole',
  run: async (machine, step) => {
    const bench = await machine.bench();
    // The minute's budget is Stytch's to set; here it would only hide what a sweep itself takes.
    await bench.stytch.call('faults', { latencyMs: 150, searchesPerMinute: null });
    await idleWorker(bench, { STYTCH_SEARCHES_PER_MINUTE: '60000' });
    const figures: Figure[] = [];
    for (const size of sizes) {
      const { seconds, searches, written } = await step(`${size} members`, () => sweepOf(bench, size));
      const isLargest = size === 100_000;
      const most = { reach: '<= 110', met: searches <= 110 };
      figures.push(
        { scenario: 'sweep', what: `${size} members`, value: seconds, unit: 's' },
        { scenario: 'sweep', what: `${size} members`, value: searches, unit: 'calls', ...(isLargest ? most : {}) },
        {
          scenario: 'sweep',
          what: `${size} members`,
          value: written,
          unit: 'rows written',
          reach: '0',
          met: written === 0,
        },
      );
    }
    await bench.stop();
    return figures;
  },
};

async function sweepOf(bench: Bench, size: number) {
  const team = only(await peopleIn(bench, { members: size }));
  const teamId = await bench.team(null);
  await mirror(bench.database, teamId, team.memberIds);
  // The teams before this one are not due meanwhile.
  await bench.database.teamSync.updateMany({ data: { sweepQueuedAt: new Date(Date.now() + 3_600_000) } });
  await bench.stytch.call('resetCalls');
  const written = () => bench.database.$queryRaw<[{ rows: bigint }]>`
    SELECT count(*) AS rows FROM users WHERE observed_at > now() - interval '30 minutes'`;
  const seconds = await secondsOf(async () => {
    await bench.database.team.update({ where: { id: teamId }, data: { stytchOrganizationId: team.organizationId } });
    await eventually(async () => {
      const sync = await bench.database.teamSync.findUnique({ where: { teamId } });
      return sync?.sweptMembers === size;
    }, 240_000);
  });
  const { searches, gets } = await bench.stytch.call<{ searches: number; gets: number }>('calls');
  return { seconds, searches: searches + gets, written: Number((await written())[0].rows) };
}
