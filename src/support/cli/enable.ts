import { requireAct } from '../require-act.js';
import { enableTeam } from '../resync/enable-team.js';
import type { Command } from './command.js';

/** SSO and SCIM for a team whose contract has them. */
export const enable: Command = {
  name: 'enable',
  usage: '<team> --reason "…"',
  summary: 'Switch SSO and SCIM on for a team, and read it at once.',
  help: `Its admins can then use Settings > SCIM, and sweeps read it.

Example:
  npm run support -- enable "Acme" --reason "contract signed, ticket 4711"`,
  isAct: true,
  positionals: { min: 1, max: 1 },
  run: async ({ parts, positionals: [team = ''], option, actor }) => {
    const answer = await enableTeam(parts, team, requireAct({ actor, reason: option('reason') }));
    const text = [`Team ${answer.teamId}: ${answer.result}.`, ...(answer.next === null ? [] : [answer.next])].join(
      '\n',
    );
    return { json: answer, text };
  },
};
