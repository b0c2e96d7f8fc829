import { handled, readyReceiver } from '../hints.js';
import type { Bench } from '../machine.js';
import { type Figure, type Scenario, secondsOf } from '../measure.js';
import { newcomersToWorkers, only } from '../people.js';

const members = 50_000;
const events = 100_000;

/** A directory is pushed anew: two events a member, all through the receiver, on the whole machine. */
export const storm: Scenario = {
  name: 'storm',
  about: '100,000 events for 50,000 members, receiver + worker + Redis + PostgreSQL on this machine',
  run: async (machine, step) => {
    const bench = await machine.bench();
    const port = await readyReceiver(bench);
    const team = only(await step('50,000 people in the directory', () => newcomersToWorkers(bench, { members })));
    await bench.stytch.call('resetCalls');
    const load = bench.helper('load-process.js');
    await load.call('prepare', { ...team, action: 'UPDATE', count: events });
    const seconds = await step('100,000 events', () =>
      secondsOf(async () => {
        const { refused } = await load.call<{ refused: number }>('flood', { port });
        if (refused > 0) throw new Error(`${refused} events were refused.`);
        await handled(bench, events, 300_000);
      }),
    );
    const figures = await measure(bench, seconds);
    await bench.stop();
    return figures;
  },
};

async function measure(bench: Bench, seconds: number): Promise<Figure[]> {
  const { searches, refused } = await bench.stytch.call<{ searches: number; refused: number }>('calls');
  const peaks = bench.peaks();
  const [rows] = await bench.database.$queryRaw<[{ users: number; grants: number }]>`
    SELECT (SELECT count(*)::int FROM users WHERE status = 'active') AS users,
      (SELECT count(*)::int FROM role_grants WHERE source = 'scim') AS grants`;
  if (rows.users !== members || rows.grants !== members) throw new Error(`The rows are wrong: ${JSON.stringify(rows)}`);
  return [
    { scenario: 'storm', what: 'all applied', value: seconds, unit: 's', reach: '<= 90', met: seconds <= 90 },
    { scenario: 'storm', what: 'searches', value: searches, unit: 'calls' },
    { scenario: 'storm', what: 'refused with 429', value: refused, unit: 'calls', reach: '0', met: refused === 0 },
    {
      scenario: 'memory',
      what: 'worker at most',
      value: peaks.worker,
      unit: 'MiB',
      reach: '<= 300',
      met: peaks.worker <= 300,
    },
    {
      scenario: 'memory',
      what: 'receiver at most',
      value: peaks.server,
      unit: 'MiB',
      reach: '<= 300',
      met: peaks.server <= 300,
    },
  ];
}
