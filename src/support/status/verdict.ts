import { pluralize } from '../../text/pluralize.js';
import { durationText, timeText } from '../../text/time.js';
import type { Status } from './status.js';

/** Something that is not normal. `wrong`: somebody must act. `note`: worth knowing. */
export type Concern = {
  kind: 'wrong' | 'note';
  text: string;
  /** Where the console shows it. */
  href: string;
  /** The verb of the command line that shows it. */
  verb: string;
};

export type Verdict = { isGood: boolean; sentence: string; concerns: Concern[] };

/** An event is handled within seconds. The SLA leaves a minute before it is in danger. */
const pendingSeconds = 60;

/** Whether all is well, in one sentence, and only what is not normal. Pure. */
export function verdictOf(now: Status): Verdict {
  const concerns = [...aboutWork(now), ...aboutDecisions(now), ...aboutTeams(now)];
  const wrong = concerns.filter(({ kind }) => kind === 'wrong').length;
  const isGood = wrong === 0;
  const sentence = isGood
    ? 'All is well: no job has failed, no change came too late, and nothing waits for your decision.'
    : `${pluralize(wrong, 'thing needs', 'things need')} your attention.`;
  return { isGood, sentence, concerns };
}

function aboutWork({ workers, oldestPendingSeconds, failed, breaches, slaSeconds }: Status): Concern[] {
  const concerns: Concern[] = [];
  const wrong = (text: string, href: string, verb: string) => concerns.push({ kind: 'wrong', text, href, verb });
  if (workers === 0) {
    wrong(
      'No worker has reported in the last minute, so nothing is handled. Start workers.',
      '/support/queues',
      'doctor',
    );
  }
  if (oldestPendingSeconds !== null && oldestPendingSeconds > pendingSeconds) {
    wrong(`The oldest job has waited for ${durationText(oldestPendingSeconds)}.`, '/support/queues', 'doctor');
  }
  if (failed > 0) {
    const text = `${pluralize(failed, 'job has', 'jobs have')} failed for good, and no sweep has repaired what ${failed === 1 ? 'it is' : 'they are'} about.`;
    wrong(text, '/support/failed', 'failed');
  }
  if (breaches > 0) {
    const text = `${pluralize(breaches, 'change')} of the last 24 hours took longer than ${slaSeconds} seconds from Stytch to Scanner.`;
    wrong(text, '/support#late', 'status');
  }
  return concerns;
}

function aboutDecisions({ held, holds }: Status): Concern[] {
  const named = holds.map(({ id, teamId, teamName, users }): Concern => {
    const text = `${pluralize(users, 'deactivation waits', 'deactivations wait')} for your decision: ${teamName} (${teamId}).`;
    return { kind: 'wrong', text, href: `/support/held/${id}`, verb: 'held' };
  });
  const more = held - holds.length;
  if (more <= 0) return named;
  const text = `${pluralize(more, 'more hold waits', 'more holds wait')} for your decision.`;
  return [...named, { kind: 'wrong', text, href: '/support/held', verb: 'held' }];
}

function aboutTeams({ suspectTeams, quietTeams, quiet }: Status): Concern[] {
  const about = (team: Status['quietTeams'][number], kind: Concern['kind'], text: string): Concern => ({
    ...{ kind, text, href: `/support/teams/${team.teamId}`, verb: `resync --team ${team.teamId} --reason "…"` },
  });
  const suspect = suspectTeams.map((team) =>
    about(
      team,
      'wrong',
      `A worker died while it swept ${team.teamName} (${team.teamId}), ${timeText(team.since)} UTC.`,
    ),
  );
  const silent = quietTeams.map((team) => {
    const who = `${team.teamName} (${team.teamId})`;
    const text = `The identity provider of ${who} has been silent for longer than ever before, since ${timeText(team.since)} UTC.`;
    return about(team, 'note', text);
  });
  const more = quiet - quietTeams.length;
  if (more <= 0) return [...suspect, ...silent];
  const text = `${pluralize(more, 'more team is', 'more teams are')} silent.`;
  return [...suspect, ...silent, { kind: 'note', text, href: '/support', verb: 'status' }];
}
