import { Card } from '../../http/components/card.js';
import { ConfirmForm } from '../../http/components/confirm-form.js';
import { type Preview, previewSelection } from '../../replay/preview.js';
import { selectionIn } from '../console/form.js';
import type { Handler } from '../console/handler.js';
import { PersonLink } from '../console/names.js';
import { added, tallyOf, tallyText } from './change-text.js';
import { ChangesList, type ShownChanges, shownChanges } from './changes-list.js';
import { type JobPeople, peopleOfJobs } from './job-people.js';

/** Each takes a card, and a read from Stytch. The command line shows all. */
const jobsShown = 200;

/** What a replay would change. Nothing is changed yet. */
export const preview: Handler = async (parts, { body }) => {
  const { selection, hidden } = await selectionIn(parts, body);
  const shown = await shownPreview(previewSelection(parts, selection));
  const people = await peopleOfJobs(
    parts.database,
    [...shown.plan, ...shown.skipped].map(({ id }) => id),
  );
  const title = 'What a replay would change';
  return { tab: 'failed', title, page: <PreviewPage title={title} shown={shown} people={people} hidden={hidden} /> };
};

type ShownPreview = {
  plan: { id: string; changes: ShownChanges }[];
  skipped: Preview['skipped'];
  areMore: boolean;
};

/** Reads until the page is full. */
async function shownPreview(previews: AsyncIterable<Preview>): Promise<ShownPreview> {
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

function PreviewPage(props: {
  title: string;
  shown: ShownPreview;
  people: JobPeople;
  hidden: Record<string, string | string[]>;
}) {
  const { people } = props;
  const { plan, skipped, areMore } = props.shown;
  const sum = plan.map(({ changes }) => changes.tally).reduce(added, tallyOf([]));
  return (
    <>
      <h1>{props.title}</h1>
      <Card label="In all">
        <p class="lead">{tallyText(sum)}</p>
        {areMore && (
          <p class="quiet">
            Of the latest {plan.length + skipped.length} jobs; there are more. The command line shows all:{' '}
            <code>npm run support -- replay --failed --dry-run</code>
          </p>
        )}
        <ConfirmForm
          action="/support/replay"
          hidden={props.hidden}
          reasonId="reason"
          submit={{ label: 'Replay' }}
          cancel={{ href: '/support/failed', label: 'Go back' }}
        />
      </Card>
      {plan.map(({ id, changes }) => (
        <Card key={id} title={id}>
          <Who id={id} people={people} />
          <ChangesList changes={changes} />
        </Card>
      ))}
      {skipped.map(({ id, why }) => (
        <Card key={id} title={id}>
          <Who id={id} people={people} />
          <p>Unknown: {why}</p>
        </Card>
      ))}
    </>
  );
}

function Who({ id, people: { memberOf, names } }: { id: string; people: JobPeople }) {
  return (
    <p>
      <PersonLink id={memberOf(id)} names={names} none="Several people, or a whole team" />
    </p>
  );
}
