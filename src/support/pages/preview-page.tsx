import { tallyText } from '../change-text.js';
import type { Preview } from '../preview.js';
import { ChangesList } from './changes-list.js';
import type { FailedQuery } from './failed-page.js';
import { SupportFrame } from './frame.js';
import { ReasonField } from './reason-field.js';

export type Chosen = { which: 'chosen' | 'all'; ids: readonly string[]; query: FailedQuery };

/** What a replay would change; nothing was changed yet. */
export function PreviewPage({ person, preview, chosen }: { person: string; preview: Preview; chosen: Chosen }) {
  const everything = preview.plan.flatMap(({ changes }) => changes);
  return (
    <SupportFrame person={person} tab="failed" title="What a replay would change">
      <h1>What a replay would change</h1>
      <section class="card" aria-label="In all">
        <p class="lead">{tallyText(everything)}</p>
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
      {preview.plan.map(({ id, changes }) => (
        <section key={id} class="card" aria-label={id}>
          <h2>{id}</h2>
          <ChangesList changes={changes} />
        </section>
      ))}
      {preview.skipped.map(({ id, why }) => (
        <section key={id} class="card" aria-label={id}>
          <h2>{id}</h2>
          <p>Can’t be told: {why}</p>
        </section>
      ))}
    </SupportFrame>
  );
}
