import type { Preview } from '../../replay/preview.js';
import { SupportFrame } from '../console/frame.js';
import { ReasonField } from '../console/reason-field.js';
import { added, tallyOf, tallyText } from './change-text.js';
import { ChangesList, type ShownChanges, shownChanges } from './changes-list.js';
import type { FailedQuery } from './failed-page.js';

export type Chosen = { which: 'chosen' | 'all'; ids: readonly string[]; query: FailedQuery };

/** Each takes a card, and a look into Stytch; the command line shows as many as there are. */
const jobsShown = 200;

/** What replaying some jobs would change, cut to what a page shows. */
export type ShownPreview = {
  plan: { id: string; changes: ShownChanges }[];
  skipped: Preview['skipped'];
  /** There are more jobs, of which nothing is said. */
  areMore: boolean;
};

/** Reads on for as long as the page has room. */
export async function shownPreview(previews: AsyncIterable<Preview>): Promise<ShownPreview> {
  const shown: ShownPreview = { plan: [], skipped: [], areMore: false };
  for await (const { plan, skipped } of previews) {
    const room = () => Math.max(0, jobsShown - shown.plan.length - shown.skipped.length);
    shown.areMore = plan.length + skipped.length > room();
    for (const { id, changes } of plan.slice(0, room())) shown.plan.push({ id, changes: shownChanges(changes) });
    shown.skipped.push(...skipped.slice(0, room()));
    if (shown.areMore) return shown;
  }
  return shown;
}

/** What a replay would change; nothing was changed yet. */
export function PreviewPage({ person, preview, chosen }: { person: string; preview: ShownPreview; chosen: Chosen }) {
  const { plan, skipped, areMore } = preview;
  const everything = plan.map(({ changes }) => changes.tally).reduce(added, tallyOf([]));
  return (
    <SupportFrame person={person} tab="failed" title="What a replay would change">
      <h1>What a replay would change</h1>
      <section class="card" aria-label="In all">
        <p class="lead">{tallyText(everything)}</p>
        {areMore && (
          <p class="quiet">
            Of the latest {plan.length + skipped.length} jobs; there are more. The command line shows all:{' '}
            <code>npm run support -- replay --failed --dry-run</code>
          </p>
        )}
        <form method="post" action="/support/replay" data-once>
          <input type="hidden" name="which" value={chosen.which} />
          {chosen.ids.map((id) => (
            <input key={id} type="hidden" name="job" value={id} />
          ))}
          {Object.entries(chosen.query).map(([name, value]) => (
            <input key={name} type="hidden" name={name} value={value} />
          ))}
          <ReasonField />
          <p class="actions">
            <button type="submit">Replay</button>
            <a href="/support/failed" class="button secondary">
              Go back
            </a>
          </p>
        </form>
      </section>
      {plan.map(({ id, changes }) => (
        <section key={id} class="card" aria-label={id}>
          <h2>{id}</h2>
          <ChangesList changes={changes} />
        </section>
      ))}
      {skipped.map(({ id, why }) => (
        <section key={id} class="card" aria-label={id}>
          <h2>{id}</h2>
          <p>Can’t be told: {why}</p>
        </section>
      ))}
    </SupportFrame>
  );
}
