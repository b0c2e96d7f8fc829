import type { Router } from 'express';
import { RequestProblem } from '../../errors/request-problem.js';
import { sendPage } from '../../http/render.js';
import { previewSelection } from '../../replay/preview.js';
import { batchProgress } from '../../replay/replays.js';
import { type StartedReplay, startReplay } from '../../replay/start-replay.js';
import { field, fromIn, selectionIn } from '../console/form.js';
import type { Behind } from '../console/handler.js';
import type { SupportParts } from '../parts.js';
import { requireAct } from '../require-act.js';
import { JobPage } from './job-page.js';
import { PreviewPage, shownPreview } from './preview-page.js';
import { ReplayPage, ReplayProgress } from './replay-page.js';
import { showJob } from './show-job.js';

/** One job; what replaying some would change; replaying them; and how far that has come. */
export function replayRoutes(routes: Router, behind: Behind, parts: SupportParts): void {
  routes.get(
    '/jobs/:id',
    behind(async (person, request, response) => {
      const job = await showJob(parts, String(request.params.id));
      sendPage(response, <JobPage person={person.email} now={new Date()} job={job} />);
    }),
  );
  routes.post(
    '/preview',
    behind(async (person, request, response) => {
      const { selection, ...chosen } = await selectionIn(parts, request);
      const preview = await shownPreview(previewSelection(parts, selection));
      sendPage(response, <PreviewPage person={person.email} preview={preview} chosen={chosen} />);
    }),
  );
  routes.post(
    '/replay',
    behind(async (person, request, response) => {
      const act = requireAct({ actor: person.email, reason: field(request.body, 'reason') });
      const { selection } = await selectionIn(parts, request);
      const started = await startReplay(parts, selection, act);
      if (started.batchId === null) throw new RequestProblem('conflict', notReplayed(started));
      const query = started.skippedTotal === 0 ? '' : `?${new URLSearchParams({ skipped: notReplayed(started) })}`;
      response.redirect(303, `/support/replays/${started.batchId}${query}`);
    }),
  );
  routes.get(
    '/replays/:id',
    behind(async (person, request, response) => {
      const batch = await batchProgress(parts.database, String(request.params.id), fromIn(request.query));
      const skipped = field(request.query, 'skipped') || null;
      sendPage(response, <ReplayPage person={person.email} batch={batch} skipped={skipped} />);
    }),
  );
  routes.get(
    '/replays/:id/live',
    behind(async (_person, request, response) => {
      sendPage(
        response,
        <ReplayProgress
          batch={await batchProgress(parts.database, String(request.params.id), fromIn(request.query))}
        />,
      );
    }),
  );
}

function notReplayed({ skipped: [first], skippedTotal }: StartedReplay): string {
  if (first === undefined)
    return 'No failed job matches, so nothing was replayed. It may have been put right meanwhile.';
  const others = skippedTotal > 1 ? ` And ${skippedTotal - 1} others.` : '';
  return `Not replayed: ${first.id}: ${first.why}.${others}`;
}
