import { eventually } from '../../helpers/eventually.js';
import { queueHints } from '../../helpers/hints.js';
import { readyReceiver } from '../hints.js';
import type { Bench, Machine } from '../machine.js';
import { type Scenario, secondsOf } from '../measure.js';
import { newcomersToWorkers, only } from '../people.js';

const backlog = 20_000;

/** Somebody leaves while 20,000 hints wait: how long until the access is gone. */
export const leaver: Scenario = {
  name: 'leaver',
  about: `access gone, behind a backlog of ${backlog} hints, with Stytch up and down`,
  run: async (machine, step) => {
    const up = await step('with Stytch up', () => secondsUntilGone(machine, false));
    const down = await step('with Stytch down', () => secondsUntilGone(machine, true));
    return [
      { scenario: 'leaver', what: 'access gone', value: up, unit: 's', reach: '<= 2', met: up <= 2 },
      { scenario: 'leaver', what: 'access gone, Stytch down', value: down, unit: 's', reach: '<= 2', met: down <= 2 },
    ];
  },
};

async function secondsUntilGone(machine: Machine, isDown: boolean): Promise<number> {
  const bench = await machine.bench();
  const port = await readyReceiver(bench);
  const team = only(await newcomersToWorkers(bench, { members: backlog + 1 }));
  const [alice = '', ...others] = team.memberIds;
  await queueHints(bench, team.organizationId, [alice]);
  await eventually(() => hasAccess(bench, alice));
  const load = bench.helper('load-process.js');
  await load.call('prepare', { memberIds: [alice], organizationId: null, action: 'DELETE', count: 1 });
  await bench.stytch.call('deprovision', alice);
  await bench.stytch.call('down', isDown);
  await queueHints(bench, team.organizationId, others);
  const seconds = await secondsOf(async () => {
    await load.call('flood', { port });
    await eventually(async () => !(await hasAccess(bench, alice)), 60_000);
  });
  await bench.stytch.call('down', false);
  await bench.stop();
  return seconds;
}

async function hasAccess({ database }: Bench, memberId: string): Promise<boolean> {
  return (await database.user.count({ where: { stytchMemberId: memberId, status: 'active' } })) > 0;
}
