import type { JobFilter } from '../../replay/job-filter.js';
import { timeOf } from '../../text/time.js';
import { findTeam } from '../find-team.js';
import type { CommandInput } from './command.js';

/** The options by which failed jobs are chosen; `failed` and `replay --failed` share them. */
export const filterOptions = {
  team: { type: 'string' },
  type: { type: 'string' },
  since: { type: 'string' },
  until: { type: 'string' },
  error: { type: 'string' },
} as const;

export const filterHelp = `  --team <team>     team id, Stytch organization id, or the team's exact name
  --type <type>     event type or the beginning of one: scim.member, scim.member.delete, sweep-team
  --since <time>    failed at or after: 2026-11-23, 2026-11-23T09:30:00Z, or 90m, 2h, 3d ago
  --until <time>    failed before
  --error <text>    the error contains this text`;

export async function filterOf({ option, parts, now }: CommandInput): Promise<JobFilter> {
  const [team, type, since, until, error] = ['team', 'type', 'since', 'until', 'error'].map(option);
  return {
    ...(team === undefined ? {} : { teamId: (await findTeam(parts.database, team)).id }),
    ...(type === undefined ? {} : { type }),
    ...(since === undefined ? {} : { since: timeOf(since, '--since', now) }),
    ...(until === undefined ? {} : { until: timeOf(until, '--until', now) }),
    ...(error === undefined ? {} : { error }),
  };
}
