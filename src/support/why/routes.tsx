import type { Router } from 'express';
import { RequestProblem } from '../../errors/request-problem.js';
import { sendPage } from '../../http/render.js';
import { field } from '../console/form.js';
import type { Behind } from '../console/handler.js';
import type { SupportParts } from '../parts.js';
import { requireAct } from '../require-act.js';
import { resyncUser } from '../resync/resync.js';
import { why } from './why.js';
import { WhyPage } from './why-page.js';

/** Why somebody has or lacks access; and reading them again. */
export function whyRoutes(routes: Router, behind: Behind, parts: SupportParts): void {
  // Asked for by a form that is posted: an address with an e-mail in it would stay in the logs of proxies.
  const show = behind(async (person, request, response) => {
    const from = request.method === 'POST' ? request.body : request.query;
    const [who, team, done] = [field(from, 'who'), field(from, 'team'), field(from, 'done')];
    const asked = who === '' ? { answer: null, problem: null } : await ask(parts, who, team || null);
    const page = { person: person.email, now: new Date(), who, team, done: done || null, ...asked };
    sendPage(response, <WhyPage {...page} />, asked.problem === null ? 200 : 404);
  });
  routes.get('/why', show);
  routes.post('/why', show);
  routes.post(
    '/resync',
    behind(async (person, request, response) => {
      const [who, team] = [field(request.body, 'memberId'), field(request.body, 'team')];
      const act = requireAct({ actor: person.email, reason: field(request.body, 'reason') });
      const { resynced, skipped } = await resyncUser(parts, who, team || null, act);
      const result = skipped[0]?.why ?? resynced[0]?.result ?? '';
      const query = new URLSearchParams({ who, team, done: `Read again: ${result}.` });
      response.redirect(303, `/support/why?${query}`);
    }),
  );
}

async function ask(parts: SupportParts, who: string, team: string | null) {
  try {
    return { answer: await why(parts, who, team), problem: null };
  } catch (error) {
    if (!(error instanceof RequestProblem)) throw error;
    return { answer: null, problem: error.message };
  }
}
