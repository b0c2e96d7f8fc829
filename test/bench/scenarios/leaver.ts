import { freePort } from '../../local/ports.js';
import { eventually } from '../../support/eventually.js';
import { idleWorker, queueHints } from '../hints.js';
import type { Bench, Machine } from '../machine.js';
import { type Scenario, secondsOf } from '../measure.js';

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
  const [team] = await bench.stytch.call<{ organizationId: string; memberIds: string[] }[]>('provision', {
    ...{ teams: 1, members: backlog + 1, roles: ['analyst'] },
  });
  const [alice, ...others] = team?.memberIds ?? [];
  if (team === undefined || alice === undefined) throw new Error('There is nobody to leave.');
  const port = await freePort();
  bench.server(port);
  await idleWorker(bench);
  await eventually(async () => (await fetch(`http://127.0.0.1:${port}/readyz`)).status === 200);
  await bench.team(team.organizationId);
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
