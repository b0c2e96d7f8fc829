import { Facts } from '../../http/components/facts.js';
import { When } from '../../http/components/times.js';
import { SupportFrame } from '../console/frame.js';
import { ReasonField } from '../console/reason-field.js';
import { ChangesList, shownChanges } from './changes-list.js';
import { firstError, type ShownJob } from './show-job.js';

/** One job: its hint, its attempts and errors, what it would change now; and replaying it. */
export function JobPage({ person, now, job }: { person: string; now: Date; job: ShownJob }) {
  return (
    <SupportFrame person={person} tab="failed" title="Job">
      <h1>Job {job.id}</h1>
      <section class="card" aria-label="What it is">
        <Facts of={factsOf(job)} />
      </section>
      <section class="card" aria-label="What it would change now">
        <h2>What it would change now</h2>
        {job.wouldChange === null ? (
          <p>Unknown: {job.wouldChangeNot}</p>
        ) : (
          <ChangesList changes={shownChanges(job.wouldChange)} />
        )}
        <form method="post" action="/support/replay" data-once>
          <input type="hidden" name="job" value={job.id} />
          <input type="hidden" name="which" value="chosen" />
          <ReasonField />
          <button type="submit">Replay</button>
        </form>
      </section>
      <Attempts job={job} />
      <section class="card" aria-label="Hint">
        <h2>Hint</h2>
        <pre>{cut(JSON.stringify(job.data, null, 2))}</pre>
      </section>
      <History job={job} now={now} />
    </SupportFrame>
  );
}

/** In characters: a second look names up to 1,000 members, and all hints are shorter. */
const dataMax = 10_000;

function cut(text: string): string {
  return text.length <= dataMax ? text : `${text.slice(0, dataMax)}\n… \`show\` of the command line has all of it.`;
}

function factsOf(job: ShownJob): [string, string][] {
  return [
    ['State', `${job.state} (${job.queue})`],
    ['Event', job.eventType],
    ['Team', job.teamId ?? 'none that Scanner knows'],
    ['Member', job.memberId ?? 'several, or a whole team'],
    ['Attempts', `${job.attempts} of ${job.attemptsMax}`],
    ['Last attempt', job.failedAt],
  ];
}

function Attempts({ job }: { job: ShownJob }) {
  const errors = job.errors.length > 0 ? job.errors : [job.error].filter((error) => error !== '');
  if (errors.length === 0) return null;
  return (
    <section class="card" aria-label="Errors">
      <h2>Errors</h2>
      <ol start={firstError(job)}>
        {errors.map((error, i) => (
          <li key={`${i} ${error}`}>{error}</li>
        ))}
      </ol>
    </section>
  );
}

function History({ job, now }: { job: ShownJob; now: Date }) {
  if (job.replays.length + job.recorded.length === 0) return null;
  return (
    <section class="card" aria-label="History">
      <h2>History</h2>
      <ul>
        {job.replays.map(({ at, actor, reason, result, why }) => (
          <li key={`replay ${at}`}>
            <When at={at} now={now} />: replayed by {actor} ({reason}): {result ?? why ?? 'not replayed'}
          </li>
        ))}
        {job.recorded.map(({ at, trigger, outcome }) => (
          <li key={`event ${at}`}>
            <When at={at} now={now} />: {trigger}, {outcome}
          </li>
        ))}
      </ul>
    </section>
  );
}
